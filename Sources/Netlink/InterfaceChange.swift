internal import CLinux

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
    /// An interface without IPv6 has none anyhow: one with an MTU below 1,280, or in a kernel without IPv6.
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

extension InterfaceChange {
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
