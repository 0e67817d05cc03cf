import BPF
import KernelABI
import KernelPrograms
import Netlink

/// The loaded program that puts copies into their tunnels, at the egress of the outlet device.
struct TunnelProgram: ~Copyable {
    private let object: BPFObject
    private let targets: ArrayMap<target>
    /// What the program reports about the copies in flight (struct outcome, by CPU).
    let passage: Map
    /// What the program is told about them (struct copy_order, by CPU).
    let orders: Map
    private var attachments: HookAttachments

    /// Loads the program and attaches it.
    static func make(outlet: Interface) throws -> TunnelProgram {
        let object = try BPFObject(KernelObject.tunnel.bytes, name: "tunnel")
        try object.load()
        let targets = try ArrayMap(object.map(named: "targets"), of: target.self)
        let passage = try object.map(named: "passage")
        let orders = try object.map(named: "orders")
        var attachments = HookAttachments(interface: outlet.index, filterName: outlet.name)
        try attachments.attach(object.program(named: "tunnel"), at: .egress)
        return TunnelProgram(
            object: object, targets: targets, passage: passage, orders: orders, attachments: attachments)
    }

    private init(
        object: BPFObject, targets: ArrayMap<target>, passage: Map, orders: Map,
        attachments: consuming HookAttachments
    ) {
        self.object = object
        self.targets = targets
        self.passage = passage
        self.orders = orders
        self.attachments = attachments
    }

    /// Keeps the program at its device when the process is gone.
    func pin(in folder: String) throws { try attachments.pin(in: folder) }

    mutating func leave() { attachments.leave() }

    func set(_ index: Int, to target: target) throws { try targets.set(index, to: target) }
}
