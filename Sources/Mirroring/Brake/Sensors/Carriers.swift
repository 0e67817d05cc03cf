import Netlink

/// The interfaces that packets sent by one interface really leave by.
///
/// A VLAN, a macvlan or a bond has no queue of its own: what it is on top of, and what its ports are, has. Ports of a
/// bridge do not count, since a packet leaves by one of them only.
struct Carriers {
    let rtnetlink: Rtnetlink

    enum Carrier {
        case interface(Interface)
        case gone(UInt32)
    }

    /// `indices` and what is below them, each once; those that are not there as `gone`.
    func carriers(of indices: [UInt32]) throws(NetlinkError) -> [Carrier] {
        var carriers: [Carrier] = []
        var seen: Set<UInt32> = []
        var next = indices[...]
        while let index = next.popFirst() {
            guard seen.insert(index).inserted else { continue }
            do {
                let interface = try rtnetlink.interface(index)
                carriers.append(.interface(interface))
                next += try below(interface)
            } catch  where error.code == .notFound {
                // What was below goes at times before what was on top of it; nobody asked for that.
                if indices.contains(index) { carriers.append(.gone(index)) }
            }
        }
        return carriers
    }

    private func below(_ interface: Interface) throws(NetlinkError) -> [UInt32] {
        switch interface.kind {
        // The other end, which packets go to and not through.
        case "veth", "netkit": []
        case "bond", "team": try rtnetlink.ports(of: interface.index).map(\.index)
        default: interface.peerNamespace == nil ? interface.link.map { [$0] } ?? [] : []
        }
    }
}
