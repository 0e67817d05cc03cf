internal import CLinux

/// A route as the kernel tells of it (RTM_NEWROUTE).
public struct RouteEntry: Hashable, Sendable {
    public var kind: Route.Kind = .unspecified
    /// nil: the default route.
    public var destination: Address?
    public var prefixLength: UInt8 = 0
    /// nil: several next hops, or none.
    public var interfaceIndex: UInt32?
    public var gateway: Address?
    public var preferredSource: Address?
    /// The route's own, in bytes; nil: that of the interface.
    public var mtu: UInt32?
    /// RT_TABLE_*.
    public var table: UInt32 = 0

    init(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: rtmsg.self)
        var route = RouteEntry()
        route.kind = Route.Kind(rawValue: header.rtm_type) ?? .unspecified
        route.prefixLength = header.rtm_dst_len
        route.table = UInt32(header.rtm_table)
        try span.rest(from: MemoryLayout<rtmsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch rtattr_type_t(UInt32(type)) {
            case RTA_DST: route.destination = Address(bytes: value.bytes)
            case RTA_OIF: route.interfaceIndex = try value.load(as: UInt32.self)
            case RTA_GATEWAY: route.gateway = Address(bytes: value.bytes)
            case RTA_VIA:
                // struct rtvia: the family (2 bytes), then the address of that family.
                route.gateway = Address(bytes: value.rest(from: 2).bytes)
            case RTA_PREFSRC: route.preferredSource = Address(bytes: value.bytes)
            case RTA_TABLE: route.table = try value.load(as: UInt32.self)
            case RTA_METRICS:
                try value.forEachAttribute { (type, value) throws(NetlinkError) in
                    if Int(type) == RTAX_MTU { route.mtu = try value.load(as: UInt32.self) }
                }
            default: break
            }
        }
        self = route
    }

    private init() {}
}
