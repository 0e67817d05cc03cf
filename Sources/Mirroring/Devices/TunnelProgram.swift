import BPF
import KernelABI
import KernelPrograms

/// The loaded program that puts copies into their tunnels, at the egress of the outlet device.
struct TunnelProgram: ~Copyable {
    private let object: BPFObject
    private let targets: ArrayMap<target>
    /// What the program reports about the copies in flight (struct outcome, by CPU).
    let passage: Map
    private let attachments: HookAttachments

    init(outlet: UInt32) throws {
        object = try BPFObject(KernelObject.tunnel.bytes, name: "tunnel")
        try object.load()
        targets = try ArrayMap(object.map(named: "targets"))
        passage = try object.map(named: "passage")
        var attachments = HookAttachments(interface: outlet)
        try attachments.attach(object.program(named: "tunnel"), at: .egress)
        self.attachments = attachments
    }

    func set(_ index: Int, to target: target) throws { try targets.set(index, to: target) }
}
