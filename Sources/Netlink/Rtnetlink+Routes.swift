internal import CLinux
import Glibc

extension Rtnetlink {
    /// The route of packets to `destination` (RTM_GETROUTE, as "ip route get").
    ///
    /// - Parameters:
    ///   - interfaceIndex: only over this interface.
    ///   - source: of packets from this address.
    ///   - mark: of packets with this mark (SO_MARK), as policy routing sees it.
    /// - Returns: the route; look at its kind: it may be a blackhole.
    /// - Throws: ``NetlinkError`` of code `unreachable` when there is none.
    public func route(
        to destination: Address, over interfaceIndex: UInt32? = nil, from source: Address? = nil, mark: UInt32? = nil
    ) throws(NetlinkError) -> Route {
        var header = rtmsg()
        header.rtm_family = destination.family
        header.rtm_dst_len = UInt8(destination.bytes.count * 8)
        if let source {
            guard source.isIPv4 == destination.isIPv4 else {
                throw NetlinkError(.invalidArgument, "no route leads from \(source) to \(destination): two families")
            }
            header.rtm_src_len = UInt8(source.bytes.count * 8)
        }
        var request = Request(RTM_GETROUTE, header)
        request.add(Int(RTA_DST.rawValue), bytes: destination.bytes)
        if let source { request.add(Int(RTA_SRC.rawValue), bytes: source.bytes) }
        if let interfaceIndex { request.add(Int(RTA_OIF.rawValue), interfaceIndex) }
        if let mark { request.add(Int(RTA_MARK.rawValue), mark) }
        do {
            for message in try perform(request, "there is no route to \(destination)")
            where Int(message.type) == RTM_NEWROUTE {
                return try complete(RouteEntry(message), to: destination)
            }
        } catch {
            // Where the route says not to send, the kernel answers with the error that a sender gets
            // (net/ipv4/fib_semantics.c, fib_props). EINVAL can also be about a source that is not this host's.
            let kind: Route.Kind? =
                switch error.cause {
                case EINVAL where source == nil: .blackhole
                case EACCES: .prohibit
                case EHOSTUNREACH: .unreachable
                default: nil
                }
            guard let kind else { throw error }
            return Route(kind: kind, destination: destination, mtu: 0, table: 0)
        }
        throw NetlinkError(.malformed, "the kernel gave no answer about the route to \(destination)")
    }

    /// Fills in what the message leaves to the interface.
    private func complete(_ message: RouteEntry, to destination: Address) throws(NetlinkError) -> Route {
        // IPv6 answers for a blackhole with such a route over the loopback interface.
        var mtu = message.mtu
        if mtu == nil, let index = message.interfaceIndex { mtu = try interface(index).mtu }
        return Route(
            kind: message.kind, destination: destination, interfaceIndex: message.interfaceIndex,
            gateway: message.gateway, preferredSource: message.preferredSource, mtu: mtu ?? 0,
            table: message.table)
    }
}
