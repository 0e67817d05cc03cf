import BPF
import Expressions

/// A translated program in the kernel, behind a few instructions that make the packet what a test wants and
/// BPF_PROG_TEST_RUN does not take: with a VLAN tag in its metadata, where a network card leaves it, or cut off within
/// the IP header.
struct Trial {
    private let program: Program

    init(_ translated: ExtendedProgram) throws {
        program = try Program.load(
            instructions: (Self.preparation + translated.instructions).map(\.encoded), name: "trial")
    }

    /// The verdict on a frame whose first tag, if `tag` is given, is in the metadata and not among the bytes.
    func verdict(_ bytes: [UInt8], tag: [UInt8]? = nil) throws -> Bool { try result(bytes, tag: tag) != 0 }

    /// What the program returns.
    func result(_ bytes: [UInt8], tag: [UInt8]? = nil) throws -> Int32 {
        let input = Self.input(bytes, tag: tag)
        var context = PacketContext(mark: input.mark, interface: 1)
        context.priority = input.priority
        return try program.testRun(input.bytes, context: context).result
    }

    /// What the kernel is given: the mark carries the tag, protocol above control information; the priority carries the
    /// type of what says that it is IP and is so short that the kernel refuses it.
    static func input(_ bytes: [UInt8], tag: [UInt8]?) -> (bytes: [UInt8], mark: UInt32, priority: UInt32) {
        let mark = tag.map { $0.reduce(0) { $0 << 8 | UInt32($1) } } ?? 0
        guard bytes.count < 54 else { return (bytes, mark, 0) }
        let type = UInt32(bytes[12]) << 8 | UInt32(bytes[13])
        return (Array(bytes[..<12] + [0x88, 0xb5] + bytes[14...]), mark, 0x10000 | type)
    }

    static let preparation: [ExtendedInstruction] = [
        ExtendedInstruction(code: 0xbf, destination: 6, source: 1),
        // if (skb->priority) bpf_skb_store_bytes(skb, 12, &(u16){htons(skb->priority)}, 2, 0);
        ExtendedInstruction(code: 0x61, destination: 2, source: 6, offset: 32),
        ExtendedInstruction(code: 0x15, destination: 2, offset: 9),
        ExtendedInstruction(code: 0xdc, destination: 2, immediate: 16),
        ExtendedInstruction(code: 0x6b, destination: 10, source: 2, offset: -8),
        ExtendedInstruction(code: 0xb7, destination: 2, immediate: 12),
        ExtendedInstruction(code: 0xbf, destination: 3, source: 10),
        ExtendedInstruction(code: 0x07, destination: 3, immediate: -8),
        ExtendedInstruction(code: 0xb7, destination: 4, immediate: 2),
        ExtendedInstruction(code: 0xb7, destination: 5),
        ExtendedInstruction(code: 0x85, immediate: 9),
        ExtendedInstruction(code: 0xbf, destination: 1, source: 6),
        // if (skb->mark) bpf_skb_vlan_push(skb, htons(skb->mark >> 16), skb->mark & 0xffff);
        ExtendedInstruction(code: 0x61, destination: 2, source: 6, offset: 8),
        ExtendedInstruction(code: 0x15, destination: 2, offset: 5),
        ExtendedInstruction(code: 0xbc, destination: 3, source: 2),
        ExtendedInstruction(code: 0x54, destination: 3, immediate: 0xffff),
        ExtendedInstruction(code: 0x74, destination: 2, immediate: 16),
        ExtendedInstruction(code: 0xdc, destination: 2, immediate: 16),
        ExtendedInstruction(code: 0x85, immediate: 18),
        ExtendedInstruction(code: 0xbf, destination: 1, source: 6),
    ]
}
