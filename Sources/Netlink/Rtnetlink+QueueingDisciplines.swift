internal import CLinux

extension Rtnetlink {
    /// The queueing disciplines of an interface.
    public func queueingDisciplines(on interfaceIndex: UInt32) throws(NetlinkError) -> [QueueingDiscipline] {
        try queueingDisciplines().filter { $0.interfaceIndex == interfaceIndex }
    }

    /// The queueing disciplines of all interfaces, without those that others keep to themselves.
    ///
    /// To ask for those of one interface would cost about as much, and tell all that listen to changes of queueing
    /// disciplines of each answer (RTNLGRP_TC).
    public func queueingDisciplines() throws(NetlinkError) -> [QueueingDiscipline] {
        var disciplines: [QueueingDiscipline] = []
        for message in try perform(
            Request(RTM_GETQDISC, flags: NLM_F_DUMP, tcmsg()), "cannot list the queueing disciplines")
        where Int(message.type) == RTM_NEWQDISC {
            disciplines.append(try QueueingDiscipline(message))
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
