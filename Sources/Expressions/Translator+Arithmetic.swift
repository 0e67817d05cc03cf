extension Translator {
    /// Appends an operation on A, with the meaning that libpcap's interpreter gives it: 32 bits without a sign, no match
    /// on division by zero, and 0 when X shifts by more than 31 bits.
    mutating func append(_ operation: ClassicInstruction.Operator, _ operand: ClassicInstruction.Operand) {
        guard case .x = operand else {
            if case .constant(let value) = operand { emit(.word(operation.extended, .r7, value)) }
            return
        }
        switch operation {
        case .divide, .remainder:
            assembler.append(.jump(if: .equal, .r8, 0), to: noMatchLabel())
            emit(.word(operation.extended, .r7, .r8))
        case .shiftLeft, .shiftRight:
            let (inRange, done) = (assembler.label(), assembler.label())
            assembler.append(.jump(if: .lessOrEqual, .r8, 31), to: inRange)
            emit(.word(.move, .r7, 0))
            assembler.append(.jump, to: done)
            assembler.place(inRange)
            emit(.word(operation.extended, .r7, .r8))
            assembler.place(done)
        default:
            emit(.word(operation.extended, .r7, .r8))
        }
    }
}

extension ClassicInstruction.Operator {
    fileprivate var extended: ExtendedOperator {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .or: .or
        case .and: .and
        case .shiftLeft: .shiftLeft
        case .shiftRight: .shiftRight
        case .remainder: .remainder
        case .xor: .xor
        }
    }
}
