import BPF

/// Programs of ours on the hooks of one interface, at most one on each.
struct HookAttachments: ~Copyable, Sendable {
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

    /// Takes places on the hooks for programs that are still to be made: ``attach(_:at:)`` puts them there.
    ///
    /// The kernel lets no packet run by an old list of programs when a link has been made, and waits for that with each of
    /// them for ten milliseconds or so (net: tcx_entry_sync); a program in a link is exchanged at once. Where there is no
    /// tcx nothing is done.
    static func held(
        on interface: UInt32, at hooks: [Hook], filterName: String
    ) throws(BPFError) -> HookAttachments {
        var attachments = HookAttachments(interface: interface, filterName: filterName)
        guard try Features.hasTCX() else { return attachments }
        let placeholder = try Program.load(instructions: passOn, name: "placeholder")
        for hook in hooks { try attachments.attach(placeholder, at: hook) }
        return attachments
    }

    /// `r0 = -1; exit`: the next program decides.
    private static let passOn: [UInt64] = [0xffff_ffff_0000_00b7, 0x95]

    /// Packets that come in are seen before other programs change them, packets that leave after.
    mutating func attach(_ program: Program, at hook: Hook) throws(BPFError) {
        if holds(hook) { return try replace(with: program, at: hook) }
        let attachment = try ProgramAttachment.attach(
            program, to: interface, at: hook, position: hook == .ingress ? .first : .last, name: filterName)
        if attachment.survivesKilling { surviving.append(hook) }
        switch hook {
        case .ingress: ingress = consume attachment
        case .egress: egress = consume attachment
        }
    }

    private func holds(_ hook: Hook) -> Bool {
        switch hook {
        case .ingress: ingress != nil
        case .egress: egress != nil
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
