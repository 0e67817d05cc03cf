import Kernel
import KernelABI

/// What a preview wants to know of a packet: nothing is sent, and each flow of each rule has an account of what it has
/// and of what shorter copies would have.
struct Observation {
    private let size: WireSize

    @inline(__always)
    init(_ size: WireSize) { self.size = size }

    @inline(__always)
    func add(to flow: UInt64, of rule: UInt32, _ skb: SocketBuffer, _ fields: UnsafeMutablePointer<PacketFields>) {
        var key = observation_key(flow: flow, rule: rule, reserved: 0)
        guard let account = find(&key) ?? make(&key, fields) else { return }
        atomic_add(counter(account, 48), size.packets)
        atomic_add(counter(account, 56), size.bytes)
        atomic_add(counter(account, 64), size.bytes(cutTo: SNAPLEN_HEADERS, skb, fields))
        atomic_add(counter(account, 72), size.bytes(cutTo: 128, skb, fields))
        atomic_add(counter(account, 80), size.bytes(cutTo: 256, skb, fields))
    }

    @inline(__always)
    private func counter(_ account: UnsafeMutablePointer<observation>, _ offset: Int) -> UnsafeMutablePointer<UInt64> {
        (UnsafeMutableRawPointer(account) + offset).assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always)
    private func find(_ key: inout observation_key) -> UnsafeMutablePointer<observation>? {
        bpf_map_lookup_elem(&observations, &key)?.assumingMemoryBound(to: observation.self)
    }

    @inline(__always)
    private func make(
        _ key: inout observation_key, _ fields: UnsafeMutablePointer<PacketFields>
    ) -> UnsafeMutablePointer<observation>? {
        guard let account = lookup(&new_observation, 0, as: observation.self) else { return nil }
        account.pointee = observation()
        account.pointee.source.0 = fields.pointee.source.high
        account.pointee.source.1 = fields.pointee.source.low
        account.pointee.destination.0 = fields.pointee.destination.high
        account.pointee.destination.1 = fields.pointee.destination.low
        account.pointee.source_port = fields.pointee.sourcePort
        account.pointee.destination_port = fields.pointee.destinationPort
        account.pointee.ip_protocol = fields.pointee.ipProtocol
        account.pointee.family = fields.pointee.family == .ipv4 ? 4 : fields.pointee.family == .ipv6 ? 6 : 0
        _ = bpf_map_update_elem(&observations, &key, account, UInt64(BPF_NOEXIST))
        return find(&key)
    }
}
