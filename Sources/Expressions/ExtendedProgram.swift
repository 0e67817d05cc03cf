/// An expression as an eBPF program for tc (BPF_PROG_TYPE_SCHED_CLS) that decides exactly as libpcap would on the
/// frame as it was on the wire.
///
/// The program neither writes to the packet nor to any field of it. docs/design/expressions.md says how it works.
public struct ExtendedProgram: Hashable, Sendable {
    /// The side of the interface that the program is attached to.
    public enum Direction: UInt32, Hashable, Sendable, CaseIterable {
        case ingress = 0
        case egress = 1
    }

    /// What a decision leads to.
    public enum Ending: Hashable, Sendable {
        /// A match calls the program in slot 0 (ingress) or 1 (egress) of the program array with this descriptor;
        /// where that slot is empty, and without a match, the program returns -1 (TC_ACT_UNSPEC, TCX_NEXT).
        case tailCall(programArray: Int32)
        /// A match returns 1, everything else 0.
        case verdict
    }

    /// The instructions, for bpf(2)'s BPF_PROG_LOAD by way of ``ExtendedInstruction/encoded``.
    public let instructions: [ExtendedInstruction]

    /// Translates a compiled expression.
    /// - Parameters:
    ///   - expression: What to match.
    ///   - direction: Where the program will be attached, which is what `inbound` and `outbound` ask about.
    ///   - ending: What a match leads to.
    /// - Throws: ``ExpressionError`` when the expression asks for a fact about the packet that tc programs do not have,
    ///   or when the program has more instructions than the kernel loads.
    public init(_ expression: Expression, direction: Direction, ending: Ending) throws(ExpressionError) {
        try self.init(
            expression.instructions, direction: direction, ending: ending, as: "filter expression '\(expression.text)'")
    }

    /// Translates any classic program.
    /// - Parameters:
    ///   - reach: Age in instructions at which a jump is led over an island; nil for as far as jumps reach.
    ///   - readsDirectly: Whether the program may read the packet by pointer.
    package init(
        _ classic: [ClassicInstruction], direction: Direction, ending: Ending, as name: String = "classic program",
        reach: Int? = nil, readsDirectly: Bool = true
    ) throws(ExpressionError) {
        let program = try ClassicProgram(classic, as: name)
        let assembler = Assembler(reach: reach ?? Assembler.reach)
        var translator = Translator(program, direction: direction, ending: ending, assembler: assembler)
        self.instructions = translator.translated(readsDirectly: readsDirectly)
        guard instructions.count <= Self.maximumSize else {
            throw ExpressionError(
                .tooLarge,
                "\(name) needs \(instructions.count) instructions, and the kernel loads \(Self.maximumSize); "
                    + "name networks instead of hosts, or use a rule file")
        }
    }

    /// BPF_COMPLEXITY_LIMIT_INSNS.
    private static let maximumSize = 1_000_000
}
