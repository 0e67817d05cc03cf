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

    /// Changes of an interface; what is nil stays as it is.
    public struct InterfaceChange: Hashable, Sendable {
        public var isUp: Bool?
        /// NOARP: resolve no neighbours on it.
        public var isNoARP: Bool?
        public var name: String?
        public var mtu: UInt32?
        /// Free text; "" takes it away.
        public var alias: String?
        public var transmitQueueLength: UInt32?
        public var hardwareAddress: [UInt8]?
        public var gsoMaxSize: UInt32?
        public var gsoMaxSegments: UInt32?
        /// False: the kernel gives it no IPv6 link-local address of its own making (addr_gen_mode none).
        public var generatesLinkLocal: Bool?

        public init(
            isUp: Bool? = nil, isNoARP: Bool? = nil, name: String? = nil, mtu: UInt32? = nil, alias: String? = nil,
            transmitQueueLength: UInt32? = nil, hardwareAddress: [UInt8]? = nil, gsoMaxSize: UInt32? = nil,
            gsoMaxSegments: UInt32? = nil, generatesLinkLocal: Bool? = nil
        ) {
            self.isUp = isUp
            self.isNoARP = isNoARP
            self.name = name
            self.mtu = mtu
            self.alias = alias
            self.transmitQueueLength = transmitQueueLength
            self.hardwareAddress = hardwareAddress
            self.gsoMaxSize = gsoMaxSize
            self.gsoMaxSegments = gsoMaxSegments
            self.generatesLinkLocal = generatesLinkLocal
        }
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
        if rest != InterfaceChange() { try apply(rest, to: index) }
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

extension Rtnetlink.InterfaceChange {
    func write(flags header: inout ifinfomsg) {
        func set(_ flag: UInt32, _ on: Bool?) {
            guard let on else { return }
            header.ifi_change |= flag
            if on { header.ifi_flags |= flag }
        }
        set(UInt32(IFF_UP), isUp)
        set(UInt32(IFF_NOARP), isNoARP)
    }

    func write(to request: inout Request) {
        if let name { request.add(IFLA_IFNAME, text: name) }
        if let mtu { request.add(IFLA_MTU, mtu) }
        if let alias { request.add(IFLA_IFALIAS, bytes: Array(alias.utf8) + (alias.isEmpty ? [] : [0])) }
        if let transmitQueueLength { request.add(IFLA_TXQLEN, transmitQueueLength) }
        if let hardwareAddress { request.add(IFLA_ADDRESS, bytes: hardwareAddress) }
        if let gsoMaxSize { request.add(IFLA_GSO_MAX_SIZE, gsoMaxSize) }
        if let gsoMaxSegments { request.add(IFLA_GSO_MAX_SEGS, gsoMaxSegments) }
        if let generatesLinkLocal {
            request.nest(IFLA_AF_SPEC) { request in
                request.nest(Int(AF_INET6)) { request in
                    // enum in6_addr_gen_mode: 0 EUI-64, 1 none.
                    request.add(IFLA_INET6_ADDR_GEN_MODE, UInt8(generatesLinkLocal ? 0 : 1))
                }
            }
        }
    }
}
