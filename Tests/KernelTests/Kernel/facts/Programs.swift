import Kernel
import KernelABI

@c @implementation
func swift_read_fields(_ skb: SocketBuffer) -> Int32 {
    guard let facts = lookup(&facts, 0, as: packet_facts.self) else { return drop }
    let fields = PacketFields(skb)
    facts.pointee.family = fields.family == .none ? 0 : fields.family == .ipv4 ? 4 : 6
    facts.pointee.source = fields.source
    facts.pointee.destination = fields.destination
    facts.pointee.protocol = UInt64(fields.ipProtocol)
    let ports = UInt64(fields.sourcePort) << 16 | UInt64(fields.destinationPort)
    facts.pointee.ports = fields.hasPorts ? 1 << 32 | ports : 0
    facts.pointee.tcp_flags = fields.hasTCPFlags ? 1 << 8 | UInt64(fields.tcpFlags) : 0
    facts.pointee.vlan = fields.hasVLAN ? 1 << 16 | UInt64(fields.vlan) : 0
    facts.pointee.is_fragment = fields.isFragment ? 1 : 0
    return next
}

@c @implementation
func swift_prepare(_ skb: SocketBuffer) -> Int32 {
    let (length, tag) = (skb.pointee.cb.0, skb.pointee.cb.1)
    skb.pointee.cb = (0, 0, 0, 0, 0)
    guard bpf_skb_change_tail(skb, length, 0) == 0 else { return drop }
    if tag != 0 {
        let type = UInt16(truncatingIfNeeded: tag >> 16).bigEndian
        guard bpf_skb_vlan_push(skb, type, UInt16(truncatingIfNeeded: tag)) == 0 else { return drop }
    }
    _ = bpf_tail_call(skb, &continuation, 0)
    return drop
}
