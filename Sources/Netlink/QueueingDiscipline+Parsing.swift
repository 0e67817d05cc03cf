internal import CLinux

extension QueueingDiscipline {
    /// Reads an RTM_NEWQDISC message.
    init(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: tcmsg.self)
        var discipline = QueueingDiscipline(
            interfaceIndex: UInt32(bitPattern: header.tcm_ifindex), kind: "", handle: header.tcm_handle,
            parent: header.tcm_parent)
        try span.rest(from: MemoryLayout<tcmsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case TCA_KIND: discipline.kind = value.text
            // The kernel writes the kind first.
            case TCA_OPTIONS: discipline.limit = try Limit(of: discipline.kind, value)
            case TCA_STATS2: try discipline.readStatistics(value)
            default: break
            }
        }
        self = discipline
    }

    private mutating func readStatistics(_ statistics: RawSpan) throws(NetlinkError) {
        var basic: UInt64 = 0
        var wide: UInt64?
        try statistics.forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case TCA_STATS_BASIC:
                // struct gnet_stats_basic: bytes (u64), packets (u32).
                sentBytes = try value.load(at: 0, as: UInt64.self)
                basic = UInt64(try value.load(at: 8, as: UInt32.self))
            // Only when the number is larger than the one above can say.
            case TCA_STATS_PKT64: wide = try value.load(as: UInt64.self)
            case TCA_STATS_QUEUE:
                let queue = try value.load(as: gnet_stats_queue.self)
                queuedPackets = queue.qlen
                queuedBytes = queue.backlog
                dropped = queue.drops
                overlimits = queue.overlimits
                requeues = queue.requeues
            default: break
            }
        }
        sentPackets = wide ?? basic
    }
}

extension QueueingDiscipline.Limit {
    /// Reads the options of the kinds that say how much they queue; nil for others, and where the limit is 0.
    fileprivate init?(of kind: String, _ options: RawSpan) throws(NetlinkError) {
        let number: UInt32
        var isBytes = false
        switch kind {
        case "pfifo", "pfifo_head_drop", "bfifo":
            // struct tc_fifo_qopt.
            number = try options.load(as: UInt32.self)
            isBytes = kind == "bfifo"
        case "netem":
            // struct tc_netem_qopt, in front of attributes: latency, limit.
            number = try options.load(at: 4, as: UInt32.self)
        case "sfq":
            // struct tc_sfq_qopt: quantum, period, limit.
            number = try options.load(at: 8, as: UInt32.self)
        case "tbf":
            number = try Self.attribute(TCA_TBF_PARMS, as: tc_tbf_qopt.self, of: options)?.limit ?? 0
            isBytes = true
        case "fq_codel": number = try Self.attribute(TCA_FQ_CODEL_LIMIT, as: UInt32.self, of: options) ?? 0
        case "codel": number = try Self.attribute(TCA_CODEL_LIMIT, as: UInt32.self, of: options) ?? 0
        case "fq": number = try Self.attribute(TCA_FQ_PLIMIT, as: UInt32.self, of: options) ?? 0
        default: return nil
        }
        guard number > 0 else { return nil }
        self = isBytes ? .bytes(number) : .packets(number)
    }

    private static func attribute<Value: BitwiseCopyable>(
        _ wanted: Int, as _: Value.Type, of options: RawSpan
    ) throws(NetlinkError) -> Value? {
        var found: Value?
        try options.forEachAttribute { (type, value) throws(NetlinkError) in
            if Int(type) == wanted { found = try value.load(as: Value.self) }
        }
        return found
    }
}
