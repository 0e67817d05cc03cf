import BPF

/// Programs of ours on the hooks of one interface, at most one on each.
struct HookAttachments: ~Copyable {
    private let interface: UInt32
    private var ingress: TCXLink?
    private var egress: TCXLink?

    init(interface: UInt32) { self.interface = interface }

    /// Packets that come in are seen before other programs change them, packets that leave after.
    mutating func attach(_ program: Program, at hook: Hook) throws {
        switch hook {
        case .ingress: ingress = try .attach(program, to: interface, at: hook, position: .first)
        case .egress: egress = try .attach(program, to: interface, at: hook, position: .last)
        }
    }

    func replace(with program: Program, at hook: Hook) throws {
        switch hook {
        case .ingress: try ingress?.update(to: program)
        case .egress: try egress?.update(to: program)
        }
    }

    mutating func detach() throws {
        try ingress.take()?.detach()
        try egress.take()?.detach()
    }
}
