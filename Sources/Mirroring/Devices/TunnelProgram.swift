import BPF
import KernelABI
import KernelPrograms
import Netlink

/// The loaded program that puts copies into their tunnels, at the egress of the outlet device.
struct TunnelProgram: ~Copyable, Sendable {
    private let program: Program
    private let targets: ArrayMap<target>
    private var attachments: HookAttachments?

    /// What this program and the one that sends copies tell each other about those in flight.
    struct Talk: Sendable {
        /// What this program reports about the copies (struct outcome, by CPU).
        let passage: Map
        /// What it is told about them (struct copy_order, by CPU).
        let orders: Map

        init() throws(BPFError) {
            passage = try Map.perCPUArray("passage", of: outcome.self, 1)
            orders = try Map.perCPUArray("orders", of: copy_order.self, 1)
        }
    }

    /// Loads the program; it runs when it is attached.
    static func load(_ talk: Talk) throws(BPFError) -> TunnelProgram {
        let object = try BPFObject(KernelObject.tunnel.bytes, name: "tunnel")
        try object.reuse(talk.passage, as: "passage")
        try object.reuse(talk.orders, as: "orders")
        try object.load()
        return TunnelProgram(
            program: try object.program(named: "tunnel"),
            targets: try ArrayMap(object.map(named: "targets"), of: target.self))
    }

    /// The program of a mirror that another process began: see ``pin(in:)``.
    static func adopt(_ pins: MirrorPins, outlet: Interface) throws(BPFError) -> TunnelProgram {
        let adopted = TunnelProgram(
            program: try Program.open(pinned: pins.outletFolder + "/program"),
            targets: try ArrayMap(Map.open(pinned: pins.outletFolder + "/targets"), of: target.self))
        if try Features.hasTCX() {
            let link = try TCXLink.open(pinned: "\(pins.outletFolder)/\(Hook.egress)")
            guard try link.info().interfaceIndex == outlet.index else {
                throw BPFError(.notFound, "the tunnel program is not at \(outlet.name) any more")
            }
        } else {
            try ClsactFilter.open(named: outlet.name, on: outlet.index, at: .egress).leave()
        }
        return adopted
    }

    private init(program: Program, targets: ArrayMap<target>) {
        self.program = program
        self.targets = targets
    }

    /// - Parameter attachments: of the outlet device.
    mutating func attach(_ attachments: consuming HookAttachments) throws(BPFError) {
        try attachments.attach(program, at: .egress)
        self.attachments = consume attachments
    }

    /// Keeps the program at its device when the process is gone.
    func pin(in folder: String) throws {
        try attachments?.pin(in: folder)
        try program.pin(at: folder + "/program")
        try targets.map.pin(at: folder + "/targets")
    }

    mutating func leave() { attachments?.leave() }

    func set(_ index: Int, to target: target) throws { try targets.set(index, to: target) }
}
