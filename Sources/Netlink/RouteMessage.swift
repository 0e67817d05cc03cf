internal import CLinux

/// What an RTM_NEWROUTE or RTM_DELROUTE message says.
struct RouteMessage: Hashable, Sendable {
    var kind: Route.Kind = .unspecified
    var destination: Address?
    var prefixLength: UInt8 = 0
    var interfaceIndex: UInt32?
    var gateway: Address?
    var preferredSource: Address?
    var mtu: UInt32?
    var table: UInt32 = 0

    init(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: rtmsg.self)
        var route = Self()
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
