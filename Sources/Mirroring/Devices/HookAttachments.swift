import BPF

/// Programs of ours on the hooks of one interface, at most one on each.
struct HookAttachments: ~Copyable {
    private let interface: UInt32
    /// Name of the filters, where the kernel has no tcx and clsact is used.
    let filterName: String
    private var ingress: ProgramAttachment?
    private var egress: ProgramAttachment?

    init(interface: UInt32, filterName: String) {
        self.interface = interface
        self.filterName = filterName
    }

    /// Packets that come in are seen before other programs change them, packets that leave after.
    mutating func attach(_ program: Program, at hook: Hook) throws(BPFError) {
        switch hook {
        case .ingress:
            ingress = try .attach(program, to: interface, at: hook, position: .first, name: filterName)
        case .egress:
            egress = try .attach(program, to: interface, at: hook, position: .last, name: filterName)
        }
    }

    func replace(with program: Program, at hook: Hook) throws(BPFError) {
        switch hook {
        case .ingress: try ingress?.update(to: program)
        case .egress: try egress?.update(to: program)
        }
    }

    /// Hooks whose programs stay on the interface when the process is killed.
    var surviving: [Hook] {
        var hooks: [Hook] = []
        if ingress?.survivesKilling == true { hooks.append(.ingress) }
        if egress?.survivesKilling == true { hooks.append(.egress) }
        return hooks
    }

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
        try ingress.take()?.detach()
        try egress.take()?.detach()
    }
}
