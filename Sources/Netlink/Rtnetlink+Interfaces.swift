internal import CLinux

extension Rtnetlink {
    /// All interfaces of the namespace, by index.
    public func interfaces() throws(NetlinkError) -> [Interface] {
        let messages = try perform(
            Request(RTM_GETLINK, flags: NLM_F_DUMP, ifinfomsg()), "cannot list the interfaces")
        var interfaces: [Interface] = []
        for message in messages where Int(message.type) == RTM_NEWLINK { interfaces.append(try Interface(message)) }
        return interfaces.sorted { $0.index < $1.index }
    }

    /// The interfaces that are ports of another one, such as a bond, by index.
    public func ports(of master: UInt32) throws(NetlinkError) -> [Interface] {
        var request = Request(RTM_GETLINK, flags: NLM_F_DUMP, ifinfomsg())
        request.add(IFLA_MASTER, master)
        var ports: [Interface] = []
        for message in try perform(request, "cannot list the ports of \(self.describe(master))")
        where Int(message.type) == RTM_NEWLINK {
            let interface = try Interface(message)
            // A kernel that does not look at what was asked for lists all.
            if interface.master == master { ports.append(interface) }
        }
        return ports.sorted { $0.index < $1.index }
    }

    /// The interface of this name; the kernel takes alternative names too (ip link property).
    ///
    /// - Throws: ``NetlinkError`` of code `notFound` when there is none.
    public func interface(named name: String) throws(NetlinkError) -> Interface {
        var request = Request(RTM_GETLINK, ifinfomsg())
        try Self.check(name: name)
        request.add(IFLA_IFNAME, text: name)
        return try one(request, "cannot find the interface \(name)")
    }

    /// The interface of this index.
    ///
    /// - Throws: ``NetlinkError`` of code `notFound` when there is none.
    public func interface(_ index: UInt32) throws(NetlinkError) -> Interface {
        try one(Request(RTM_GETLINK, Self.header(index)), "cannot find interface number \(index)")
    }

    private func one(_ request: Request, _ what: String) throws(NetlinkError) -> Interface {
        for message in try perform(request, what) where Int(message.type) == RTM_NEWLINK {
            return try Interface(message)
        }
        throw NetlinkError(.malformed, "\(what): the kernel gave no answer")
    }

    /// Changes an interface (RTM_NEWLINK).
    ///
    /// - Throws: ``NetlinkError`` with the kernel's reason; earlier parts of the change may be done then.
    public func change(_ index: UInt32, _ change: InterfaceChange) throws(NetlinkError) {
        if let name = change.name { try Self.check(name: name) }
        var rest = change
        // Within one request the kernel sets the flags first: an interface would be up, and have its IPv6 link-local
        // address, before it learns that it shall have none.
        rest.isUp = nil
        rest.generatesLinkLocal = nil
        if rest != InterfaceChange() { try apply(rest, to: index) }
        if let generates = change.generatesLinkLocal {
            do {
                try apply(InterfaceChange(generatesLinkLocal: generates), to: index)
            } catch  where error.code == .notSupported && !generates {
                // No IPv6 in this kernel, or an MTU below IPv6's 1,280: there will be no such address.
            }
        }
        if let isUp = change.isUp { try apply(InterfaceChange(isUp: isUp), to: index) }
    }

    private func apply(_ change: InterfaceChange, to index: UInt32) throws(NetlinkError) {
        var header = Self.header(index)
        change.write(flags: &header)
        var request = Request(RTM_NEWLINK, header)
        change.write(to: &request)
        try perform(request, "cannot change \(self.describe(index))")
    }

    /// Sets an interface up or down.
    public func setUp(_ index: UInt32, _ up: Bool = true) throws(NetlinkError) {
        try change(index, InterfaceChange(isUp: up))
    }

    /// Removes a virtual interface.
    public func delete(_ index: UInt32) throws(NetlinkError) {
        try perform(Request(RTM_DELLINK, Self.header(index)), "cannot remove \(self.describe(index))")
    }

    static func header(_ index: UInt32) -> ifinfomsg {
        var header = ifinfomsg()
        header.ifi_index = Int32(bitPattern: index)
        return header
    }

    /// Refuses names that the kernel does, before it does so without a word.
    static func check(name: String) throws(NetlinkError) {
        let bytes = name.utf8
        guard (1...15).contains(bytes.count), name != ".", name != "..",
            !bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") || $0 <= 0x20 })
        else {
            throw NetlinkError(
                .invalidArgument,
                "\"\(name)\" is no interface name: 1 to 15 bytes, without spaces, \"/\" and \":\"")
        }
    }

    /// The interface in words for messages.
    func describe(_ index: UInt32) -> String {
        if let interface = try? interface(index) { return "the interface \(interface.name)" }
        return "interface number \(index)"
    }
}
