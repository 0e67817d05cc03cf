import BPF

/// Programs of ours on the hooks of one interface, at most one on each.
struct HookAttachments: ~Copyable {
    private let interface: UInt32
    /// Name of the filters, where the kernel has no tcx and clsact is used.
    let filterName: String
    // The qdisc of filters is made with the first, which is at ingress, and goes with it: so that one goes last.
    private var egress: ProgramAttachment?
    private var ingress: ProgramAttachment?

    init(interface: UInt32, filterName: String) {
        self.interface = interface
        self.filterName = filterName
    }

    /// Packets that come in are seen before other programs change them, packets that leave after.
    mutating func attach(_ program: Program, at hook: Hook) throws(BPFError) {
        let attachment = try ProgramAttachment.attach(
            program, to: interface, at: hook, position: hook == .ingress ? .first : .last, name: filterName)
        if attachment.survivesKilling { surviving.append(hook) }
        switch hook {
        case .ingress: ingress = consume attachment
        case .egress: egress = consume attachment
        }
    }

    func replace(with program: Program, at hook: Hook) throws(BPFError) {
        switch hook {
        case .ingress: try ingress?.update(to: program)
        case .egress: try egress?.update(to: program)
        }
    }

    /// Hooks whose programs stay on the interface when the process is killed.
    private(set) var surviving: [Hook] = []

    /// Keeps the programs attached when the process is gone; links get pins in `folder`.
    func pin(in folder: String) throws(BPFError) {
        try ingress?.pin(at: "\(folder)/ingress")
        try egress?.pin(at: "\(folder)/egress")
    }

    /// Gives the programs up without taking them off.
    mutating func leave() {
        ingress.take()?.leave()
        egress.take()?.leave()
    }

    mutating func detach() throws(BPFError) {
        try egress.take()?.detach()
        try ingress.take()?.detach()
    }
}
