/// Loops of classic programs, made finite.
///
/// `protochain` is the only thing that libpcap compiles to a jump backwards. In libpcap's interpreter such a loop ends
/// when the packet does, or never: an authentication header can lead to itself. A copy of the loop's body for each
/// header that is followed ends always, is what a verifier without loops accepts, and differs only on packets with
/// more than ``limit`` chained headers: those do not match.
package enum ClassicLoops {
    /// Times that a loop's body is entered. RFC 8200 section 4.1 has at most eight extension headers in a packet; what a
    /// verifier does grows with the square.
    static let limit = 16

    /// The program without jumps backwards.
    package static func unrolled(_ program: [ClassicInstruction]) throws(ExpressionError) -> [ClassicInstruction] {
        guard !loops(of: program).isEmpty else { return program }
        let program = withLongJumps(program)
        let loops = loops(of: program)
        var result: [ClassicInstruction] = []
        /// Where each instruction's first copy is.
        var position: [Int] = []
        var next = 0
        for loop in loops {
            position += (next..<loop.upperBound).map { result.count + $0 - next }
            result += program[next..<loop.lowerBound]
            // After the copies, one instruction for the header that is one too many.
            result += (0..<limit).flatMap { _ in program[loop] } + [Self.reject]
            next = loop.upperBound
        }
        position += (next..<program.count).map { result.count + $0 - next }
        result += program[next...]

        for loop in loops {
            for (copy, index) in (0..<limit).flatMap({ copy in loop.map { (copy, $0) } }) {
                let start = position[loop.lowerBound] + copy * loop.count
                relink(
                    &result, index, at: start + index - loop.lowerBound, in: program,
                    to: { target in
                        if target >= loop.upperBound { return position[target] }
                        let follows = target > index ? start : start + loop.count
                        let isLast = target <= index && copy == limit - 1
                        return isLast ? follows : follows + target - loop.lowerBound
                    })
            }
        }
        for index in program.indices where !loops.contains(where: { $0.contains(index) }) {
            relink(&result, index, at: position[index], in: program, to: { position[$0] })
        }
        return result
    }

    private static let reject = ClassicInstruction(code: 0x06, k: 0)

    /// Stretches of the program that a jump backwards repeats, from its target to itself, merged where they touch.
    private static func loops(of program: [ClassicInstruction]) -> [Range<Int>] {
        let ranges: [Range<Int>] = program.indices.compactMap { index in
            guard case .jump(let distance) = program[index].operation, distance < 0 else { return nil }
            return max(0, index + 1 + distance)..<index + 1
        }
        return ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            if let last = merged.last, range.lowerBound < last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
    }

    /// The program with each conditional jump followed by two plain ones, whose distances have 32 bits instead of 8.
    private static func withLongJumps(_ program: [ClassicInstruction]) -> [ClassicInstruction] {
        var position: [Int] = [0]
        for instruction in program { position.append(position[position.count - 1] + (instruction.isBranch ? 3 : 1)) }
        return program.indices.flatMap { index in
            let instruction = program[index]
            let start = position[index]
            func jump(from: Int, to target: Int) -> ClassicInstruction {
                ClassicInstruction(code: 0x05, k: UInt32(truncatingIfNeeded: position[target] - from - 1))
            }
            if instruction.isBranch {
                return [
                    ClassicInstruction(code: instruction.code, jt: 0, jf: 1, k: instruction.k),
                    jump(from: start + 1, to: index + 1 + Int(instruction.jt)),
                    jump(from: start + 2, to: index + 1 + Int(instruction.jf)),
                ]
            }
            guard case .jump(let distance) = instruction.operation else { return [instruction] }
            return [jump(from: start, to: index + 1 + distance)]
        }
    }

    private static func relink(
        _ result: inout [ClassicInstruction], _ index: Int, at place: Int, in program: [ClassicInstruction],
        to position: (Int) -> Int
    ) {
        guard case .jump(let distance) = program[index].operation else { return }
        result[place].k = UInt32(truncatingIfNeeded: position(index + 1 + distance) - place - 1)
    }
}

extension ClassicInstruction {
    fileprivate var isBranch: Bool {
        if case .branch = operation { return true }
        return false
    }
}
