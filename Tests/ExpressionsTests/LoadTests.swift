import Expressions
import Testing

/// Loads of every size at every offset around the tag, by the value that they give.
@Suite(.serialized) struct LoadTests {
    /// A frame whose bytes are all different, with the tag at offset 12.
    private static let wire: [UInt8] =
        (0..<12).map { 0x10 + $0 } + [0x88, 0xa8, 0xb2, 0xc3] + (0..<30).map { 0xd0 + $0 }

    @Test(arguments: [true, false], [1, 2, 4])
    func `a load gives the frame's bytes, wherever the tag is`(readsDirectly: Bool, size: Int) throws {
        let sizeCode: UInt16 = size == 1 ? 0x10 : size == 2 ? 0x08 : 0x00
        for offset in 0...40 {
            let value = Self.wire[offset..<offset + size].reduce(0) { $0 << 8 | UInt32($1) }
            let expect = { (loads: [ClassicInstruction]) in
                loads + [ClassicInstruction(code: 0x15, jt: 1, k: value), ClassicInstruction(code: 0x06, k: 0)]
            }
            // At a constant offset, and with X and the constant adding up to it, X known or taken from the frame.
            var program = expect([ClassicInstruction(code: 0x20 | sizeCode, k: UInt32(offset))])
            for x in 0...offset {
                let load = ClassicInstruction(code: 0x40 | sizeCode, k: UInt32(offset - x))
                program += expect([ClassicInstruction(code: 0x01, k: UInt32(x)), load])
                let difference = UInt32(x) &- UInt32(Self.wire[0])
                program += expect([
                    ClassicInstruction(code: 0x30, k: 0), ClassicInstruction(code: 0x04, k: difference),
                    ClassicInstruction(code: 0x07, k: 0), load,
                ])
            }
            program.append(ClassicInstruction(code: 0x06, k: 1))
            let trial = try Trial(
                ExtendedProgram(program, direction: .ingress, ending: .verdict, readsDirectly: readsDirectly))
            #expect(try trial.verdict(Self.wire), "offset \(offset)")
            let untagged = Array(Self.wire[..<12] + Self.wire[16...])
            #expect(try trial.verdict(untagged, tag: Array(Self.wire[12..<16])), "offset \(offset), tag in metadata")
        }
    }

    @Test(arguments: [true, false])
    func `the length of an IPv4 header is found, wherever the tag is`(readsDirectly: Bool) throws {
        for offset in 0...40 {
            let length = UInt32(Self.wire[offset] & 0x0f) * 4
            let program = [
                ClassicInstruction(code: 0xb1, k: UInt32(offset)), ClassicInstruction(code: 0x87, k: 0),
                ClassicInstruction(code: 0x15, jt: 1, k: length), ClassicInstruction(code: 0x06, k: 0),
                ClassicInstruction(code: 0x06, k: 1),
            ]
            let trial = try Trial(
                ExtendedProgram(program, direction: .ingress, ending: .verdict, readsDirectly: readsDirectly))
            #expect(try trial.verdict(Self.wire), "offset \(offset)")
            let untagged = Array(Self.wire[..<12] + Self.wire[16...])
            #expect(try trial.verdict(untagged, tag: Array(Self.wire[12..<16])), "offset \(offset), tag in metadata")
        }
    }

    @Test func `scratch slots that nothing was stored to are zero`() throws {
        let program = try ExtendedProgram(
            [ClassicInstruction(code: 0x60, k: 3), ClassicInstruction(code: 0x16, k: 0)], direction: .ingress,
            ending: .verdict)
        // Old verifiers insist on it, new ones let programs read what the stack had.
        #expect(program.instructions.contains { $0.code == 0x7b && $0.offset == -40 })
        #expect(try !Trial(program).verdict(Self.wire))
    }
}
