internal import CLinux

extension Interface {
    /// Reads an RTM_NEWLINK or RTM_DELLINK message.
    init(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: ifinfomsg.self)
        var interface = Interface(
            index: UInt32(bitPattern: header.ifi_index), name: "", hardwareType: header.ifi_type,
            flags: header.ifi_flags, mtu: 0, state: .unknown, hardwareAddress: [], transmitQueueLength: 0,
            statistics: Statistics())
        try span.rest(from: MemoryLayout<ifinfomsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case IFLA_IFNAME: interface.name = value.text
            case IFLA_MTU: interface.mtu = try value.load(as: UInt32.self)
            case IFLA_OPERSTATE:
                interface.state = OperationalState(rawValue: try value.load(as: UInt8.self)) ?? .unknown
            case IFLA_ADDRESS: interface.hardwareAddress = value.bytes
            case IFLA_MASTER: interface.master = try value.load(as: UInt32.self)
            case IFLA_LINK:
                let index = try value.load(as: UInt32.self)
                interface.link = index == 0 ? nil : index
            case IFLA_LINK_NETNSID: interface.peerNamespace = try value.load(as: Int32.self)
            case IFLA_IFALIAS: interface.alias = value.text
            case IFLA_TXQLEN: interface.transmitQueueLength = try value.load(as: UInt32.self)
            case IFLA_GSO_MAX_SIZE: interface.gsoMaxSize = try value.load(as: UInt32.self)
            case IFLA_GSO_MAX_SEGS: interface.gsoMaxSegments = try value.load(as: UInt32.self)
            case IFLA_STATS64: interface.statistics = try Statistics(value)
            case IFLA_LINKINFO:
                try value.forEachAttribute { (type, value) throws(NetlinkError) in
                    if Int(type) == IFLA_INFO_KIND { interface.kind = value.text }
                }
            default: break
            }
        }
        self = interface
    }
}

extension Interface.Statistics {
    fileprivate init(_ span: RawSpan) throws(NetlinkError) {
        // In the order of struct rtnl_link_stats64, which only ever grew at its end.
        receivedPackets = try span.load(at: 0, as: UInt64.self)
        sentPackets = try span.load(at: 8, as: UInt64.self)
        receivedBytes = try span.load(at: 16, as: UInt64.self)
        sentBytes = try span.load(at: 24, as: UInt64.self)
        receiveErrors = try span.load(at: 32, as: UInt64.self)
        sendErrors = try span.load(at: 40, as: UInt64.self)
        receiveDropped = try span.load(at: 48, as: UInt64.self)
        sendDropped = try span.load(at: 56, as: UInt64.self)
    }
}
