internal import CLinux

extension Rtnetlink {
    /// The filters of an interface, in the order they run; none when it has neither "clsact" nor "ingress".
    public func filters(on interfaceIndex: UInt32, at parent: Filter.Parent) throws(NetlinkError) -> [Filter] {
        var header = tcmsg()
        header.tcm_ifindex = Int32(bitPattern: interfaceIndex)
        header.tcm_parent = parent.rawValue
        var filters: [Filter] = []
        let what = "cannot list the filters of \(describe(interfaceIndex))"
        for message in try perform(Request(RTM_GETTFILTER, flags: NLM_F_DUMP, header), what)
        where Int(message.type) == RTM_NEWTFILTER {
            filters.append(try Filter(message))
        }
        return filters
    }

    /// Adds a filter that runs a program on every packet, whose return value is the verdict (direct action).
    ///
    /// - Parameters:
    ///   - program: descriptor of a program of type SCHED_CLS.
    ///   - name: what "tc filter show" calls it.
    ///   - handle: not 0.
    ///   - replacing: puts the program in the place of the filter that is there, from one packet to the next; else
    ///     such a filter is an error.
    /// - Throws: ``NetlinkError`` of code `alreadyExists`, or what else the kernel says.
    public func setFilter(
        on interfaceIndex: UInt32, at parent: Filter.Parent, priority: UInt16, handle: UInt32, program: Int32,
        name: String, replacing: Bool = false
    ) throws(NetlinkError) {
        let header = Self.filter(interfaceIndex, parent, priority, handle)
        var request = Request(RTM_NEWTFILTER, flags: NLM_F_CREATE | (replacing ? 0 : NLM_F_EXCL), header)
        request.add(TCA_KIND, text: "bpf")
        request.nest(TCA_OPTIONS) { request in
            request.add(TCA_BPF_FD, program)
            request.add(TCA_BPF_NAME, text: name)
            // TCA_BPF_FLAG_ACT_DIRECT.
            request.add(TCA_BPF_FLAGS, UInt32(1))
        }
        try perform(request, "cannot set the filter \(name) on \(self.describe(interfaceIndex)), \(parent)")
    }

    /// Removes a filter of kind "bpf".
    ///
    /// - Throws: ``NetlinkError`` of code `notFound` when it, or the whole qdisc, is gone.
    public func removeFilter(
        on interfaceIndex: UInt32, at parent: Filter.Parent, priority: UInt16, handle: UInt32
    ) throws(NetlinkError) {
        var request = Request(RTM_DELTFILTER, Self.filter(interfaceIndex, parent, priority, handle))
        request.add(TCA_KIND, text: "bpf")
        try perform(request, "cannot remove a filter from \(self.describe(interfaceIndex)), \(parent)")
    }

    private static func filter(
        _ interfaceIndex: UInt32, _ parent: Filter.Parent, _ priority: UInt16, _ handle: UInt32
    ) -> tcmsg {
        var header = tcmsg()
        header.tcm_ifindex = Int32(bitPattern: interfaceIndex)
        header.tcm_parent = parent.rawValue
        header.tcm_handle = handle
        // ETH_P_ALL in network order below the priority.
        header.tcm_info = UInt32(priority) << 16 | UInt32(UInt16(3).bigEndian)
        return header
    }
}
