import BPF
import Glibc
import KernelABI
import KernelPrograms
import Packets

/// The tunnel program in the kernel, with one target.
struct LoadedTunnel {
    /// What became of one copy.
    struct Sent {
        let verdict: Int32
        let packet: [UInt8]
        let context: PacketContext
        let outcome: outcome
    }

    /// TC_ACT_REDIRECT, TC_ACT_SHOT.
    static let redirect: Int32 = 7
    static let drop: Int32 = 2

    private let program: Program
    private let passage: PerCPUArrayMap<outcome>
    private let orders: PerCPUArrayMap<copy_order>
    private let targets: ArrayMap<target>
    private let number: Int

    init(_ target: target, number: Int = 0) throws {
        let object = try BPFObject(KernelObject.tunnel.bytes, name: "tunnel")
        try object.load()
        program = try object.program(named: "tunnel")
        passage = try PerCPUArrayMap(object.map(named: "passage"))
        orders = try PerCPUArrayMap(object.map(named: "orders"))
        targets = try ArrayMap(object.map(named: "targets"))
        self.number = number
        try targets.set(number, to: target)
    }

    /// Takes what leaves by an interface.
    func attach(to interface: UInt32) throws -> ProgramAttachment {
        try .attach(program, to: interface, at: .egress)
    }

    /// Changes the target.
    func set(_ target: target) throws {
        try targets.set(number, to: target)
    }

    /// Says what the copies that follow are to be.
    func order(_ order: copy_order) throws { try orders.set(0, to: order) }

    /// Sends a copy; `mark` is the target's where none is given. `arrivedAt`: the interface where it came to this host.
    func send(
        _ frame: [UInt8], mark: UInt32? = nil, interface: UInt32 = 0, gsoSize: UInt32 = 0, arrivedAt: UInt32 = 0
    ) throws -> Sent {
        var context = PacketContext(mark: mark ?? UInt32(TAP_MARK) | UInt32(number), interface: interface)
        context.ingressInterface = arrivedAt
        if gsoSize != 0 { (context.gsoSize, context.gsoSegments) = (gsoSize, 1) }
        try passage.set(0, to: outcome())
        let run = try program.testRun(frame, context: context)
        // Another CPU may have run it than the one that asks.
        let outcomes = try passage.values(at: 0)
        let all = outcomes.reduce(into: outcome()) { sum, one in
            sum.sent.packets += one.sent.packets
            sum.sent.bytes += one.sent.bytes
            sum.truncated += one.truncated
            sum.wire_bytes += one.wire_bytes
            for reason in 0..<Int(FAILURE_COUNT.rawValue) { sum[reason] += one[reason] }
        }
        return Sent(
            verdict: run.result, packet: run.packet, context: run.context ?? PacketContext(), outcome: all)
    }
}

extension outcome {
    /// The counter of one reason (enum failure).
    subscript(_ reason: Int) -> UInt64 {
        get { withUnsafeBytes(of: failed) { $0.load(fromByteOffset: reason * 8, as: UInt64.self) } }
        set {
            withUnsafeMutableBytes(of: &failed) {
                $0.storeBytes(of: newValue, toByteOffset: reason * 8, as: UInt64.self)
            }
        }
    }

    /// All counters: sent packets, their bytes, truncated, and a number a reason.
    var numbers: [UInt64] {
        [sent.packets, sent.bytes, truncated] + (0..<Int(FAILURE_COUNT.rawValue)).map { self[$0] }
    }

    /// The counters of one copy that was sent.
    static func sent(bytes: Int, truncated: Bool = false) -> [UInt64] {
        [1, UInt64(bytes), truncated ? 1 : 0] + [UInt64](repeating: 0, count: Int(FAILURE_COUNT.rawValue))
    }

    /// The counters of one copy that was not.
    static func failed(_ reason: failure) -> [UInt64] {
        [0, 0, 0] + (0..<FAILURE_COUNT.rawValue).map { $0 == reason.rawValue ? 1 : 0 }
    }
}

extension target {
    /// A target that is reached by the loopback interface, which test runs take for theirs.
    static func tunnel(
        _ header: TunnelHeader, from source: IPAddress, to destination: IPAddress, sourcePort: UInt16 = 0,
        mtu: UInt32 = 65535, oversize: oversize = OVERSIZE_TRUNCATE
    ) throws -> target {
        let outer = try OuterHeader(header, source: source, destination: destination, sourcePort: sourcePort)
        var target = target()
        withUnsafeMutableBytes(of: &target.header) { $0.copyBytes(from: outer.bytes) }
        target.header_length = UInt32(outer.bytes.count)
        switch header {
        case .vxlan: (target.kind, target.ethernet) = (TARGET_VXLAN.rawValue, 1)
        case .geneve: (target.kind, target.ethernet) = (TARGET_GENEVE.rawValue, 1)
        case .gue(let header, _):
            target.kind = TARGET_GUE.rawValue
            if case .data = header { target.gue_protocol = 1 }
        }
        target.family = UInt32(source.bitWidth == 32 ? AF_INET : AF_INET6)
        target.path = UInt32(PATH_INTERFACE)
        target.ifindex = 1
        target.mtu = mtu
        target.oversize = oversize.rawValue
        target.source_port = UInt32(sourcePort)
        withUnsafeMutableBytes(of: &target.source) { $0.copyBytes(from: source.bytes) }
        withUnsafeMutableBytes(of: &target.destination) { $0.copyBytes(from: destination.bytes) }
        return target
    }
}
