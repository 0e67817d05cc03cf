import Expressions

/// The few instructions that the benchmark's own programs are made of (bpf instruction-set.rst).
enum ExtendedCode {
    static let exit = ExtendedInstruction(code: 0x95)

    static func move(_ to: UInt8, _ value: Int32) -> ExtendedInstruction {
        ExtendedInstruction(code: 0xb7, destination: to, immediate: value)
    }
    static func move(_ to: UInt8, from: UInt8) -> ExtendedInstruction {
        ExtendedInstruction(code: 0xbf, destination: to, source: from)
    }
    static func add(_ to: UInt8, _ value: Int32) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x07, destination: to, immediate: value)
    }
    static func add(_ to: UInt8, from: UInt8) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x0f, destination: to, source: from)
    }
    static func and(_ to: UInt8, _ value: Int32) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x57, destination: to, immediate: value)
    }
    static func multiply(_ to: UInt8, _ value: Int32) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x27, destination: to, immediate: value)
    }
    static func loadWord(_ to: UInt8, from base: UInt8, _ offset: Int16) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x61, destination: to, source: base, offset: offset)
    }
    static func loadDouble(_ to: UInt8, from base: UInt8, _ offset: Int16) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x79, destination: to, source: base, offset: offset)
    }
    static func storeDouble(_ from: UInt8, to base: UInt8, _ offset: Int16) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x7b, destination: base, source: from, offset: offset)
    }
    /// Jumps over `distance` instructions when the left register is greater than the right one.
    static func skip(_ distance: Int16, ifGreater left: UInt8, _ right: UInt8) -> ExtendedInstruction {
        ExtendedInstruction(code: 0x2d, destination: left, source: right, offset: distance)
    }
    static func call(_ helper: Int32) -> ExtendedInstruction { ExtendedInstruction(code: 0x85, immediate: helper) }
    /// The address of a map.
    static func map(_ to: UInt8, _ descriptor: Int32) -> [ExtendedInstruction] {
        [
            ExtendedInstruction(code: 0x18, destination: to, source: 1, immediate: descriptor),
            ExtendedInstruction(code: 0),
        ]
    }
    /// The address of the value of a map with one entry.
    static func mapValue(_ to: UInt8, _ descriptor: Int32) -> [ExtendedInstruction] {
        [
            ExtendedInstruction(code: 0x18, destination: to, source: 2, immediate: descriptor),
            ExtendedInstruction(code: 0),
        ]
    }
}
