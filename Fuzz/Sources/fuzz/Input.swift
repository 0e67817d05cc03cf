/// Takes an input apart, byte by byte; behind its end there are zeros.
struct Input {
    private(set) var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func uint8() -> UInt8 { rest.popFirst() ?? 0 }
    mutating func uint16() -> UInt16 { UInt16(uint8()) << 8 | UInt16(uint8()) }
    mutating func uint32() -> UInt32 { UInt32(uint16()) << 16 | UInt32(uint16()) }
    mutating func uint64() -> UInt64 { UInt64(uint32()) << 32 | UInt64(uint32()) }

    /// One of these, which are not none.
    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[Int(uint8()) % choices.count] }

    /// What is left, where it stands: a read behind it is one that AddressSanitizer sees.
    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: rest) }
}

extension UnsafeRawBufferPointer {
    /// What is before the first zero, and what is behind it.
    var dividedAtZero: (text: UnsafeRawBufferPointer, rest: UnsafeRawBufferPointer) {
        let end = firstIndex(of: 0) ?? endIndex
        return (Self(rebasing: self[..<end]), Self(rebasing: dropFirst(end + 1)))
    }
}
