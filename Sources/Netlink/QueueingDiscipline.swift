internal import CLinux

/// A queueing discipline of an interface (tc(8)).
public struct QueueingDiscipline: Hashable, Sendable {
    public var interfaceIndex: UInt32
    /// Such as "fq_codel", "clsact" or "ingress".
    public var kind: String
    /// Major number in the upper 16 bits.
    public var handle: UInt32
    /// TC_H_ROOT, TC_H_CLSACT, or the class it hangs below.
    public var parent: UInt32
    public var sentPackets: UInt64 = 0
    public var sentBytes: UInt64 = 0
    public var dropped: UInt64 = 0

    init(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: tcmsg.self)
        var discipline = QueueingDiscipline(
            interfaceIndex: UInt32(bitPattern: header.tcm_ifindex), kind: "", handle: header.tcm_handle,
            parent: header.tcm_parent)
        try span.rest(from: MemoryLayout<tcmsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case TCA_KIND: discipline.kind = value.text
            case TCA_STATS:
                // struct tc_stats: bytes (u64), packets (u32), drops (u32).
                discipline.sentBytes = try value.load(at: 0, as: UInt64.self)
                discipline.sentPackets = UInt64(try value.load(at: 8, as: UInt32.self))
                discipline.dropped = UInt64(try value.load(at: 12, as: UInt32.self))
            default: break
            }
        }
        self = discipline
    }

    private init(interfaceIndex: UInt32, kind: String, handle: UInt32, parent: UInt32) {
        self.interfaceIndex = interfaceIndex
        self.kind = kind
        self.handle = handle
        self.parent = parent
    }
}

extension Rtnetlink {
    /// The queueing disciplines of an interface.
    public func queueingDisciplines(on interfaceIndex: UInt32) throws(NetlinkError) -> [QueueingDiscipline] {
        var header = tcmsg()
        header.tcm_ifindex = Int32(bitPattern: interfaceIndex)
        var disciplines: [QueueingDiscipline] = []
        let what = "cannot list the queueing disciplines of \(describe(interfaceIndex))"
        for message in try perform(Request(RTM_GETQDISC, flags: NLM_F_DUMP, header), what)
        where Int(message.type) == RTM_NEWQDISC {
            let discipline = try QueueingDiscipline(message)
            // The kernel lists those of all interfaces.
            if discipline.interfaceIndex == interfaceIndex { disciplines.append(discipline) }
        }
        return disciplines
    }

    /// Gives an interface the queueing discipline "clsact", which holds filters and nothing else.
    ///
    /// - Throws: ``NetlinkError`` of code `alreadyExists` when it has that, or "ingress" in the same place.
    public func addClsact(to interfaceIndex: UInt32) throws(NetlinkError) {
        var request = Request(RTM_NEWQDISC, flags: NLM_F_CREATE | NLM_F_EXCL, Self.clsact(interfaceIndex))
        request.add(TCA_KIND, text: "clsact")
        try perform(request, "cannot add the clsact qdisc to \(self.describe(interfaceIndex))")
    }

    /// Takes "clsact" away, with all filters in it.
    public func removeClsact(from interfaceIndex: UInt32) throws(NetlinkError) {
        var request = Request(RTM_DELQDISC, Self.clsact(interfaceIndex))
        request.add(TCA_KIND, text: "clsact")
        try perform(request, "cannot remove the clsact qdisc from \(self.describe(interfaceIndex))")
    }

    private static func clsact(_ interfaceIndex: UInt32) -> tcmsg {
        var header = tcmsg()
        header.tcm_ifindex = Int32(bitPattern: interfaceIndex)
        // TC_H_CLSACT, and its only handle.
        header.tcm_parent = 0xffff_fff1
        header.tcm_handle = 0xffff_0000
        return header
    }
}
