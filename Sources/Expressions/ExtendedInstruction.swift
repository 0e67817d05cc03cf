/// One eBPF instruction of eight bytes (Documentation/bpf/standardization/instruction-set.rst), of the set that
/// every kernel from 5.10 on accepts (compilers' `-mcpu=v2`).
public struct ExtendedInstruction: Hashable, Sendable {
    /// Operation.
    public var code: UInt8
    /// Destination register, 0...10.
    public var destination: UInt8
    /// Source register, 0...10, or what kind of number a 64-bit immediate is.
    public var source: UInt8
    /// Offset of a memory access in bytes, or distance of a jump in instructions.
    public var offset: Int16
    /// Constant operand.
    public var immediate: Int32

    /// Creates an instruction from its five fields.
    public init(code: UInt8, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0) {
        self.code = code
        self.destination = destination
        self.source = source
        self.offset = offset
        self.immediate = immediate
    }

    /// The eight bytes as a number in host byte order, as bpf(2) takes them from memory.
    public var encoded: UInt64 {
        #if _endian(little)
            let registers = UInt64(destination & 0x0f) | UInt64(source & 0x0f) << 4
            return UInt64(code) | registers << 8 | UInt64(UInt16(bitPattern: offset)) << 16
                | UInt64(UInt32(bitPattern: immediate)) << 32
        #else
            let registers = UInt64(destination & 0x0f) << 4 | UInt64(source & 0x0f)
            return UInt64(code) << 56 | registers << 48 | UInt64(UInt16(bitPattern: offset)) << 32
                | UInt64(UInt32(bitPattern: immediate))
        #endif
    }
}

/// A machine register.
enum ExtendedRegister: UInt8 {
    case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10
}

/// Bytes of a memory access, as instructions name them.
enum AccessSize: UInt8 {
    case byte = 0x10
    case half = 0x08
    case word = 0x00
    case double = 0x18
}

/// What arithmetic does, in the upper four bits of its code.
enum ExtendedOperator: UInt8 {
    case add = 0x00
    case subtract = 0x10
    case multiply = 0x20
    case divide = 0x30
    case or = 0x40
    case and = 0x50
    case shiftLeft = 0x60
    case shiftRight = 0x70
    case negate = 0x80
    case remainder = 0x90
    case xor = 0xa0
    case move = 0xb0
}

/// What a conditional jump compares, unsigned, in the upper four bits of its code.
enum ExtendedCondition: UInt8 {
    case equal = 0x10
    case greater = 0x20
    case greaterOrEqual = 0x30
    case bitsSet = 0x40
    case notEqual = 0x50
    case less = 0xa0
    case lessOrEqual = 0xb0
}

extension ExtendedInstruction {
    /// Arithmetic on the lower 32 bits; the upper ones become 0.
    static func word(_ operation: ExtendedOperator, _ to: ExtendedRegister, _ value: UInt32) -> Self {
        Self(code: 0x04 | operation.rawValue, destination: to.rawValue, immediate: Int32(bitPattern: value))
    }

    static func word(_ operation: ExtendedOperator, _ to: ExtendedRegister, _ from: ExtendedRegister) -> Self {
        Self(code: 0x0c | operation.rawValue, destination: to.rawValue, source: from.rawValue)
    }

    /// Arithmetic on all 64 bits, a constant being sign-extended.
    static func double(_ operation: ExtendedOperator, _ to: ExtendedRegister, _ value: Int32) -> Self {
        Self(code: 0x07 | operation.rawValue, destination: to.rawValue, immediate: value)
    }

    static func double(_ operation: ExtendedOperator, _ to: ExtendedRegister, _ from: ExtendedRegister) -> Self {
        Self(code: 0x0f | operation.rawValue, destination: to.rawValue, source: from.rawValue)
    }

    /// Between network byte order and the host's, `bits` wide; the bits above become 0.
    static func networkOrder(_ register: ExtendedRegister, bits: Int32) -> Self {
        Self(code: 0xdc, destination: register.rawValue, immediate: bits)
    }

    static func load(
        _ size: AccessSize, _ to: ExtendedRegister, from base: ExtendedRegister, _ offset: Int16
    ) -> Self {
        Self(code: 0x61 | size.rawValue, destination: to.rawValue, source: base.rawValue, offset: offset)
    }

    static func store(_ from: ExtendedRegister, to base: ExtendedRegister, _ offset: Int16) -> Self {
        Self(code: 0x7b, destination: base.rawValue, source: from.rawValue, offset: offset)
    }

    /// The conditional jump on all 64 bits, without its distance.
    static func jump(if condition: ExtendedCondition, _ left: ExtendedRegister, _ right: ExtendedRegister) -> Self {
        Self(code: 0x0d | condition.rawValue, destination: left.rawValue, source: right.rawValue)
    }

    static func jump(if condition: ExtendedCondition, _ left: ExtendedRegister, _ right: Int32) -> Self {
        Self(code: 0x05 | condition.rawValue, destination: left.rawValue, immediate: right)
    }

    /// The unconditional jump, without its distance.
    static let jump = Self(code: 0x05)

    static func call(_ helper: Int32) -> Self { Self(code: 0x85, immediate: helper) }

    static let exit = Self(code: 0x95)

    /// The two halves of the instruction that loads the address of a map (BPF_PSEUDO_MAP_FD).
    static func map(_ descriptor: Int32, _ to: ExtendedRegister) -> [Self] {
        [Self(code: 0x18, destination: to.rawValue, source: 1, immediate: descriptor), Self(code: 0)]
    }

    /// Whether the next instruction is reached only by jumps.
    var neverFallsThrough: Bool { self.code == Self.jump.code || self.code == Self.exit.code }
}
