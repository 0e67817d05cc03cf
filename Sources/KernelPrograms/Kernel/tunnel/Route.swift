import Kernel
import KernelABI

/// The way of a copy: what the kernel's routing table says, or one interface.
///
/// The kernel is asked once a tick (4 ms at 250 Hz), target and CPU, so that a change of routes takes effect after that;
/// asking for every packet would cost as much as the rest of the encapsulation.
struct Route {
    enum Way {
        case found
        case failed(failure)
    }

    /// Where to go; nil: out of the target's interface, where the kernel looks up the next hop among its routes.
    private var way: UnsafeMutablePointer<way>?
    private let target: UnsafeMutablePointer<target>

    @inline(__always)
    init(_ target: UnsafeMutablePointer<target>) { self.target = target }

    /// Finds the way for an outer packet of `packet` bytes, and shortens that where the route's MTU is smaller than
    /// was known and the target's copies may be truncated.
    @inline(__always)
    mutating func find(_ skb: SocketBuffer, packet: inout UInt32, _ number: UInt32) -> Way {
        guard target.pointee.path == UInt32(PATH_ROUTE) else { return .found }
        guard let way = lookup(&ways, number, as: Kernel.way.self) else { return .failed(FAILED_NO_ROUTE) }
        self.way = way
        let tick = bpf_jiffies64()
        if way.pointee.tick == tick, packet <= way.pointee.longest { return .found }
        way.pointee.tick = 0
        let oversize = target.pointee.oversize
        let bounded = oversize != UInt32(OVERSIZE_ALLOW.rawValue)
        var query = route_query()
        var result = ask(skb, bounded ? packet : 0, &query)
        if result == Int(BPF_FIB_LKUP_RET_FRAG_NEEDED), bounded {
            let mtu = UInt32(query.length)
            guard oversize == UInt32(OVERSIZE_TRUNCATE.rawValue), mtu < packet else { return .failed(FAILED_OVERSIZE) }
            packet = mtu
            result = ask(skb, packet, &query)
        }
        way.pointee.ifindex = query.ifindex
        way.pointee.hop.family = UInt32(query.family)
        way.pointee.hop.address = query.destination
        switch result {
        case 0: break
        case Int(BPF_FIB_LKUP_RET_FRAG_NEEDED):
            // Bytes of the copy against the interface's MTU: no matter where any length is allowed.
            guard !bounded else { return .failed(FAILED_OVERSIZE) }
        case Int(BPF_FIB_LKUP_RET_NO_NEIGH):
            return mayAsk(number) ? .found : .failed(FAILED_NO_NEIGHBOUR)
        default: return .failed(FAILED_NO_ROUTE)
        }
        way.pointee.longest = bounded ? packet : ~0
        way.pointee.tick = tick
        return .found
    }

    /// Asks as for a packet that came in by the tap device and is to be forwarded: the full set of routing rules
    /// applies, and only this device of ours needs to allow forwarding.
    @inline(__always)
    private func ask(_ skb: SocketBuffer, _ length: UInt32, _ query: inout route_query) -> Int {
        query = route_query()
        query.family = UInt8(truncatingIfNeeded: target.pointee.family)
        query.l4_protocol = IPProtocol.udp
        query.length = UInt16(truncatingIfNeeded: length)
        query.ifindex = skb.pointee.ifindex
        query.source = target.pointee.source
        query.destination = target.pointee.destination
        let size = Int32(truncatingIfNeeded: MemoryLayout<route_query>.size)
        return withUnsafeMutablePointer(to: &query) { pointer in
            let parameters = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: bpf_fib_lookup.self)
            return Int(bpf_fib_lookup(skb, parameters, size, 0))
        }
    }

    /// Ten times a second and CPU, a copy goes on although its neighbour is unknown: the kernel asks for the
    /// neighbour, holds the copy, and sends it when the answer comes. So a target is found again without any process.
    @inline(__always)
    private func mayAsk(_ number: UInt32) -> Bool {
        guard let last = lookup(&asked, number, as: UInt64.self) else { return false }
        let now = bpf_ktime_get_ns()
        guard last.pointee == 0 || now &- last.pointee > 100_000_000 else { return false }
        last.pointee = now
        return true
    }

    /// The verdict that sends the copy on its way.
    @inline(__always)
    func redirect() -> Int32 {
        guard let way else { return Int32(truncatingIfNeeded: bpf_redirect_neigh(target.pointee.ifindex, nil, 0, 0)) }
        let hop = UnsafeMutableRawPointer(way) + 16
        let size = Int32(truncatingIfNeeded: MemoryLayout<next_hop>.size)
        return Int32(
            truncatingIfNeeded: bpf_redirect_neigh(
                way.pointee.ifindex, hop.assumingMemoryBound(to: bpf_redir_neigh.self), size, 0))
    }
}
