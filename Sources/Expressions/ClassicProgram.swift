/// A classic program, decoded and found translatable.
struct ClassicProgram {
    let operations: [ClassicInstruction.Operation]
    /// Distances of the conditional jump at each index.
    private let distances: [(holds: Int, fails: Int)]

    init(_ instructions: [ClassicInstruction], as name: String) throws(ExpressionError) {
        var operations: [ClassicInstruction.Operation] = []
        for (index, instruction) in instructions.enumerated() {
            guard let operation = instruction.operation else {
                let code = String(instruction.code, radix: 16)
                throw ExpressionError(.unsupported, "\(name): instruction \(index) has the unknown code 0x\(code)")
            }
            if let reason = Self.refusal(of: operation) {
                throw ExpressionError(.unsupported, "\(name): instruction \(index) \(reason)")
            }
            operations.append(operation)
        }
        self.operations = operations
        self.distances = instructions.map { (Int($0.jt), Int($0.jf)) }
        for index in operations.indices {
            guard successors(of: index).allSatisfy({ $0 > index && $0 < operations.count }) else {
                throw ExpressionError(.unsupported, "\(name): instruction \(index) leads out of the program or back")
            }
        }
    }

    /// What Linux refuses in a classic program too (bpf_check_classic, net/core/filter.c).
    private static func refusal(of operation: ClassicInstruction.Operation) -> String? {
        switch operation {
        case .arithmetic(.divide, .constant(0)), .arithmetic(.remainder, .constant(0)):
            "divides by zero"
        case .arithmetic(.shiftLeft, .constant(32...)), .arithmetic(.shiftRight, .constant(32...)):
            "shifts by more than 31 bits"
        case .load(.absolute(let offset, _), into: _)
        where Ancillary.range.contains(offset) && Ancillary(rawValue: offset) == nil:
            "reads packet metadata at SKF_AD_OFF + \(offset - Ancillary.range.lowerBound), "
                + "which tc programs cannot answer; leave that part out"
        default: nil
        }
    }

    /// Where control can go from an instruction, as it is written.
    func successors(of index: Int) -> [Int] {
        switch operations[index] {
        case .accept: []
        case .jump(let distance): [index + 1 + distance]
        case .branch: [index + 1 + distances[index].holds, index + 1 + distances[index].fails]
        default: [index + 1]
        }
    }

    /// Where a jump to `index` ends, plain jumps on the way taken.
    func destination(_ index: Int) -> Int {
        var index = index
        while case .jump(let distance) = operations[index] { index += 1 + distance }
        return index
    }

    /// The largest number of bytes from the frame's start that loads at constant offsets need and that is at most
    /// `limit`.
    func extent(upTo limit: Int) -> Int {
        operations.lazy.compactMap { operation -> Int? in
            switch operation {
            case .load(.absolute(let offset, let size), into: _): Int(offset) + size
            case .load(.headerLength(let offset), into: _): Int(offset) + 1
            default: nil
            }
        }.filter { $0 <= limit }.max() ?? 0
    }

    /// The same for the bytes from register X on.
    func extentBehindX(upTo limit: Int) -> Int {
        operations.lazy.compactMap { operation -> Int? in
            guard case .load(.indirect(let offset, let size), into: _) = operation else { return nil }
            return Int(offset) + size
        }.filter { $0 <= limit }.max() ?? 0
    }

    /// Scratch slots that are read anywhere.
    var slotsRead: [Int] {
        Set(
            operations.compactMap { operation -> Int? in
                guard case .load(.slot(let slot), into: _) = operation else { return nil }
                return slot
            }
        ).sorted()
    }

    /// Whether a VLAN tag between the addresses and the type makes a difference.
    var feelsTag: Bool {
        operations.contains { operation in
            switch operation {
            case .load(.absolute(let offset, _), into: _) where Ancillary.range.contains(offset): false
            case .load(.absolute(let offset, let size), into: _): Int(offset) + size > Frame.tagStart
            case .load(.headerLength(let offset), into: _): Int(offset) + 1 > Frame.tagStart
            case .load(.indirect, into: _), .load(.length, into: _): true
            default: false
            }
        }
    }
}

/// Where a VLAN tag is in a frame.
enum Frame {
    static let tagStart = 12
    static let tagEnd = 16
    static let tagSize = 4
}
