internal import CLinux

extension Rtnetlink {
    /// What the kernel knows about a neighbour, or nil when it knows nothing.
    public func neighbour(_ address: Address, on interfaceIndex: UInt32) throws(NetlinkError) -> Neighbour? {
        var request = Request(RTM_GETNEIGH, Self.header(address, interfaceIndex))
        request.add(NDA_DST, bytes: address.bytes)
        do {
            let what = "cannot ask for the neighbour \(address) on \(describe(interfaceIndex))"
            for message in try perform(request, what) where Int(message.type) == RTM_NEWNEIGH {
                return try Neighbour(message)
            }
        } catch  where error.cause == ENOENT {
            return nil
        }
        return nil
    }

    /// All neighbours known on an interface.
    public func neighbours(on interfaceIndex: UInt32) throws(NetlinkError) -> [Neighbour] {
        var request = Request(RTM_GETNEIGH, flags: NLM_F_DUMP, ndmsg())
        request.add(NDA_IFINDEX, interfaceIndex)
        var neighbours: [Neighbour] = []
        let what = "cannot list the neighbours on \(describe(interfaceIndex))"
        for message in try perform(request, what) where Int(message.type) == RTM_NEWNEIGH {
            guard let neighbour = try Neighbour(message), neighbour.interfaceIndex == interfaceIndex else { continue }
            neighbours.append(neighbour)
        }
        return neighbours
    }

    /// Makes the kernel find out a neighbour's address as if a packet were to be sent there (NTF_USE), without one.
    ///
    /// The answer comes later: see ``neighbour(_:on:)`` and ``NetworkMonitor``. An entry that somebody has made permanent
    /// is left as it is: since Linux 5.16 NTF_USE takes its permanence and its address from it (__neigh_update,
    /// net/core/neighbour.c), and there is nothing to find out.
    ///
    /// - Throws: ``NetlinkError`` when the interface is not there or not up.
    public func resolve(_ address: Address, on interfaceIndex: UInt32) throws(NetlinkError) {
        if let known = try neighbour(address, on: interfaceIndex), known.state.contains(.permanent) { return }
        var header = Self.header(address, interfaceIndex)
        header.ndm_flags = UInt8(NTF_USE)
        var request = Request(RTM_NEWNEIGH, flags: NLM_F_CREATE, header)
        request.add(NDA_DST, bytes: address.bytes)
        try perform(request, "cannot resolve the neighbour \(address) on \(self.describe(interfaceIndex))")
    }

    private static func header(_ address: Address, _ interfaceIndex: UInt32) -> ndmsg {
        var header = ndmsg()
        header.ndm_family = address.family
        header.ndm_ifindex = Int32(bitPattern: interfaceIndex)
        return header
    }
}
