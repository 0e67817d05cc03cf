import BPF
import KernelPrograms
import Packets

/// The programs of `Kernel/facts`.
struct Facts {
    /// `struct packet_facts`.
    typealias Words = [10 of UInt64]

    private let reader: Program
    private let preparer: Program
    private let facts: ArrayMap<Words>
    private let continuation: ProgramArray

    init() throws {
        let object = try BPFObject(KernelObject.facts.bytes, name: "facts")
        try object.load()
        reader = try object.program(named: "read_fields")
        preparer = try object.program(named: "prepare")
        facts = try ArrayMap(object.map(named: "facts"))
        continuation = try ProgramArray(object.map(named: "continuation"))
    }

    /// What the kernel side sees of a frame; `tag` is the outermost VLAN tag where it is not in the frame's bytes.
    func read(_ frame: [UInt8], tag: UInt32 = 0) throws -> [UInt64] {
        _ = try run(reader, frame, tag: tag, PacketContext())
        let words = try facts.value(at: 0)
        return words.indices.map { words[$0] }
    }

    /// Runs a program on a frame that may be shorter than kernels let test runs be, and may have a VLAN tag that is
    /// not in its bytes.
    func run(_ program: Program, _ frame: [UInt8], tag: UInt32, _ context: PacketContext) throws -> TestRun {
        try continuation.set(0, to: program)
        var context = context
        context.cb[0] = UInt32(frame.count)
        context.cb[1] = tag
        return try preparer.testRun(frame + [UInt8](repeating: 0xaa, count: 60), context: context)
    }

    /// What the reference sees of a frame, in the same form.
    static func expected(_ fields: PacketFields) -> [UInt64] {
        let family: UInt64 =
            switch fields.source {
            case nil: 0
            case .ipv4: 4
            case .ipv6: 6
            }
        let (source, destination) = (key(fields.source), key(fields.destination))
        let ports = fields.sourcePort.flatMap { source in
            fields.destinationPort.map { 1 << 32 | UInt64(source) << 16 | UInt64($0) }
        }
        return [
            family, source.0, source.1, destination.0, destination.1, UInt64(fields.ipProtocol ?? 0), ports ?? 0,
            fields.tcpFlags.map { 1 << 8 | UInt64($0) } ?? 0, fields.vlan.map { 1 << 16 | UInt64($0) } ?? 0,
            fields.isFragment ? 1 : 0,
        ]
    }

    /// An address as the kernel side has it: IPv4 in the upper half of the first word.
    private static func key(_ address: IPAddress?) -> (UInt64, UInt64) {
        switch address {
        case nil: (0, 0)
        case .ipv4(let value): (UInt64(value) << 32, 0)
        case .ipv6(let value): (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
        }
    }
}
