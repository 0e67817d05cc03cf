/// One instruction of classic BPF, laid out as libpcap's `struct bpf_insn` (bpf(4), `<pcap/bpf.h>`).
public struct ClassicInstruction: Hashable, Sendable {
    /// Operation: class in the low three bits, then size or operand kind, then mode or operator.
    public var code: UInt16
    /// Instructions to skip when a conditional jump's condition holds.
    public var jt: UInt8
    /// Instructions to skip when it does not.
    public var jf: UInt8
    /// Constant operand: an immediate, a packet offset, a scratch slot or the distance of a plain jump.
    public var k: UInt32

    /// Creates an instruction from its four fields.
    public init(code: UInt16, jt: UInt8 = 0, jf: UInt8 = 0, k: UInt32) {
        self.code = code
        self.jt = jt
        self.jf = jf
        self.k = k
    }
}

extension ClassicInstruction {
    /// What an instruction does, decoded (`<pcap/bpf.h>`); nil where libpcap's interpreter knows no such code.
    enum Operation: Hashable {
        case load(Source, into: Register)
        case store(Register, slot: Int)
        case arithmetic(Operator, Operand)
        case negate
        case jump(distance: Int)
        case branch(Condition, Operand)
        case accept(Operand)
        case copyAToX
        case copyXToA
    }

    enum Register: Hashable { case a, x }

    /// The second operand of an operator: a constant, register X, or (of `ret` alone) register A.
    enum Operand: Hashable { case constant(UInt32), x, a }

    enum Source: Hashable {
        case absolute(offset: UInt32, size: Int)
        case indirect(offset: UInt32, size: Int)
        /// Four times the low nibble of a byte: the length of an IPv4 header.
        case headerLength(offset: UInt32)
        case length
        case immediate(UInt32)
        case slot(Int)
    }

    enum Operator: UInt16 {
        case add = 0x00
        case subtract = 0x10
        case multiply = 0x20
        case divide = 0x30
        case or = 0x40
        case and = 0x50
        case shiftLeft = 0x60
        case shiftRight = 0x70
        case remainder = 0x90
        case xor = 0xa0
    }

    enum Condition: UInt16 {
        case equal = 0x10
        case greater = 0x20
        case greaterOrEqual = 0x30
        case bitsSet = 0x40
    }

    /// Scratch slots of the classic machine (BPF_MEMWORDS).
    static let slotCount = 16

    var operation: Operation? {
        switch code & 0x07 {
        case 0x00: loadSource.map { .load($0, into: .a) }
        case 0x01: loadSource.map { .load($0, into: .x) }
        case 0x02 where code == 0x02: slot.map { .store(.a, slot: $0) }
        case 0x03 where code == 0x03: slot.map { .store(.x, slot: $0) }
        case 0x04 where code == 0x84: .negate
        case 0x04: Operator(rawValue: code & ~0x0f).map { .arithmetic($0, operand) }
        case 0x05 where code == 0x05: .jump(distance: Int(Int32(bitPattern: k)))
        case 0x05: Condition(rawValue: code & ~0x0f).map { .branch($0, operand) }
        case 0x06 where code == 0x06: .accept(.constant(k))
        case 0x06 where code == 0x16: .accept(.a)
        case 0x07 where code == 0x07: .copyAToX
        case 0x07 where code == 0x87: .copyXToA
        default: nil
        }
    }

    private var operand: Operand { code & 0x08 == 0 ? .constant(k) : .x }

    private var slot: Int? { k < Self.slotCount ? Int(k) : nil }

    private var loadSource: Source? {
        switch code {
        case 0x20: .absolute(offset: k, size: 4)
        case 0x28: .absolute(offset: k, size: 2)
        case 0x30: .absolute(offset: k, size: 1)
        case 0x40: .indirect(offset: k, size: 4)
        case 0x48: .indirect(offset: k, size: 2)
        case 0x50: .indirect(offset: k, size: 1)
        case 0xb1: .headerLength(offset: k)
        case 0x80, 0x81: .length
        case 0x00, 0x01: .immediate(k)
        case 0x60, 0x61: slot.map { .slot($0) }
        default: nil
        }
    }
}
