/// Classic BPF to eBPF, one instruction after the other.
///
/// The program has up to four bodies, each a translation of the whole classic program: for frames with and without a
/// VLAN tag in the packet's metadata, and of each a *direct* body, which reads the packet's linear part by pointer,
/// and a *helper* body, which reads by bpf_skb_load_bytes. The direct body compares with `data_end` before it reads,
/// and where that fails it goes on at the same instruction of the helper body and does not come back. So what has been
/// compared is known at each of its instructions, and the verifier meets each instruction in few states.
///
/// Registers: r6 context, r7 A, r8 X, both zero-extended. In direct bodies r2 `data`, r3 `data_end`, and r4 `data` + X
/// where ``Known/pointsBehindX``; in helper bodies r9, which is 0 unless a load was behind the frame's end. The others
/// hold nothing from one classic instruction to the next.
struct Translator {
    let program: ClassicProgram
    let direction: ExtendedProgram.Direction
    let ending: ExtendedProgram.Ending
    var assembler: Assembler

    /// Whether the body in translation is for frames whose tag is in the metadata.
    var isTagged = false
    /// Whether it reads by pointer.
    var isDirect = true
    /// What its comparisons with `data_end` cover.
    var usual: UsualExtent
    /// What holds where the body's next instruction will be.
    var known = Known()

    private var here: Body
    private var helperBody: Body
    private var match: Assembler.Label?
    /// Where a helper body's match is, if all its loads were within the frame.
    private var helperMatch: Assembler.Label?
    private var noMatch: Assembler.Label?

    /// One body: where its instructions are, and what is known when control arrives at them; nil if it never does.
    private struct Body {
        var labels: [Assembler.Label?]
        var arriving: [Known?]

        init(count: Int) {
            labels = Array(repeating: nil, count: count)
            arriving = Array(repeating: nil, count: count)
        }
    }

    init(
        _ program: ClassicProgram, direction: ExtendedProgram.Direction, ending: ExtendedProgram.Ending,
        assembler: Assembler
    ) {
        self.program = program
        self.direction = direction
        self.ending = ending
        self.assembler = assembler
        usual = UsualExtent(of: program, isTagged: false)
        here = Body(count: program.operations.count)
        helperBody = here
    }

    /// The whole program; with helper bodies alone unless it `readsDirectly`.
    mutating func translated(readsDirectly: Bool = true) -> [ExtendedInstruction] {
        emit(.double(.move, .r6, .r1))
        emit(.word(.move, .r7, 0))
        emit(.word(.move, .r8, 0))
        emit(.word(.move, .r9, 0))
        let slots = program.slotsRead
        if !slots.isEmpty { emit(.word(.move, .r0, 0)) }
        for slot in slots { emit(.store(.r0, to: .r10, Self.place(ofSlot: slot))) }
        emit(.load(.word, .r2, from: .r6, Context.data))
        emit(.load(.word, .r3, from: .r6, Context.dataEnd))
        if program.feelsTag {
            let tagged = assembler.label()
            emit(.load(.word, .r0, from: .r6, Context.vlanPresent))
            assembler.append(.jump(if: .notEqual, .r0, 0), to: tagged)
            appendBodies(readsDirectly)
            isTagged = true
            assembler.rest()
            assembler.place(tagged)
        }
        appendBodies(readsDirectly)
        appendEndings()
        return assembler.finished()
    }

    private mutating func appendBodies(_ readsDirectly: Bool) {
        usual = UsualExtent(of: program, isTagged: isTagged)
        helperBody = Body(count: program.operations.count)
        if readsDirectly {
            here = Body(count: program.operations.count)
            here.arriving[0] = Known()
            isDirect = true
            appendBody()
        } else {
            helperBody.arriving[0] = Known()
        }
        here = helperBody
        isDirect = false
        appendBody()
    }

    private mutating func appendBody() {
        for index in program.operations.indices {
            guard let arriving = here.arriving[index] else { continue }
            known = arriving
            assembler.rest()
            if let label = here.labels[index] { assembler.place(label) }
            let falls = append(program.operations[index], at: index)
            if falls { arrive(at: index + 1) }
        }
    }

    /// Appends one operation and says whether control goes on to the next.
    private mutating func append(_ operation: ClassicInstruction.Operation, at index: Int) -> Bool {
        switch operation {
        case .load(let source, let register):
            return append(load: source, into: register, at: index)
        case .store(let register, let slot):
            emit(.store(register.extended, to: .r10, Self.place(ofSlot: slot)))
        case .arithmetic(let operation, let operand):
            append(operation, operand)
        case .negate:
            emit(.word(.negate, .r7, 0))
        case .copyAToX:
            emit(.word(.move, .r8, .r7))
            known.forgetX()
        case .copyXToA:
            emit(.word(.move, .r7, .r8))
        case .branch(let condition, let operand):
            return append(branch: condition, operand, at: index)
        case .jump, .accept(.constant):
            assembler.append(.jump, to: target(index))
            return false
        case .accept:
            assembler.append(.jump(if: .equal, .r7, 0), to: noMatchLabel())
            assembler.append(.jump, to: matchLabel())
            return false
        }
        return true
    }

    private mutating func append(
        branch condition: ClassicInstruction.Condition, _ operand: ClassicInstruction.Operand, at index: Int
    ) -> Bool {
        let ways = program.successors(of: index)
        let (holds, fails) = (ways[0], ways[1])
        guard holds != fails else {
            if holds != index + 1 { assembler.append(.jump, to: target(holds)) }
            return holds == index + 1
        }
        if fails != index + 1, holds == index + 1, let opposite = condition.opposite {
            assembler.append(comparison(opposite, operand), to: target(fails))
            return true
        }
        if holds == index + 1 {
            let next = assembler.label()
            assembler.append(comparison(condition.extended, operand), to: next)
            assembler.append(.jump, to: target(fails))
            assembler.place(next)
            return true
        }
        assembler.append(comparison(condition.extended, operand), to: target(holds))
        if fails != index + 1 { assembler.append(.jump, to: target(fails)) }
        return fails == index + 1
    }

    /// The conditional jump that compares A; a constant whose sign would be extended takes a register.
    private mutating func comparison(
        _ condition: ExtendedCondition, _ operand: ClassicInstruction.Operand
    ) -> ExtendedInstruction {
        guard case .constant(let value) = operand else { return .jump(if: condition, .r7, .r8) }
        if let small = Int32(exactly: value) { return .jump(if: condition, .r7, small) }
        emit(.word(.move, .r0, value))
        return .jump(if: condition, .r7, .r0)
    }

    // MARK: Places

    mutating func emit(_ instruction: ExtendedInstruction) { assembler.append(instruction) }

    private mutating func arrive(at index: Int) {
        here.arriving[index] = here.arriving[index]?.common(with: known) ?? known
    }

    /// The label of an instruction of this body, to which control now has a way.
    private mutating func target(_ index: Int) -> Assembler.Label {
        let index = program.destination(index)
        if case .accept(.constant(let value)) = program.operations[index] {
            return value == 0 ? noMatchLabel() : matchLabel()
        }
        arrive(at: index)
        return Self.label(&here.labels[index], &assembler)
    }

    /// The label of the same instruction in the helper body.
    mutating func helperLabel(_ index: Int) -> Assembler.Label {
        helperBody.arriving[index] = Known()
        return Self.label(&helperBody.labels[index], &assembler)
    }

    private mutating func matchLabel() -> Assembler.Label {
        isDirect ? Self.label(&match, &assembler) : Self.label(&helperMatch, &assembler)
    }

    mutating func noMatchLabel() -> Assembler.Label { Self.label(&noMatch, &assembler) }

    private static func label(_ place: inout Assembler.Label?, _ assembler: inout Assembler) -> Assembler.Label {
        if let label = place { return label }
        let label = assembler.label()
        place = label
        return label
    }

    /// Where a scratch slot is, from the stack's end; the last eight bytes are for helpers to read to.
    static func place(ofSlot slot: Int) -> Int16 { Int16(-16 - 8 * slot) }

    private mutating func appendEndings() {
        assembler.rest()
        if let helperMatch {
            assembler.place(helperMatch)
            assembler.append(.jump(if: .notEqual, .r9, 0), to: noMatchLabel())
            assembler.append(.jump, to: Self.label(&match, &assembler))
        }
        switch ending {
        case .verdict:
            if let match { appendReturn(1, at: match) }
            if let noMatch { appendReturn(0, at: noMatch) }
        case .tailCall(let programArray):
            if let match {
                assembler.place(match)
                emit(.double(.move, .r1, .r6))
                assembler.append(ExtendedInstruction.map(programArray, .r2))
                emit(.word(.move, .r3, direction.rawValue))
                emit(.call(Context.tailCall))
            }
            if let label = noMatch ?? match.map({ _ in assembler.label() }) { appendReturn(-1, at: label) }
        }
    }

    private mutating func appendReturn(_ value: Int32, at label: Assembler.Label) {
        assembler.place(label)
        emit(.double(.move, .r0, value))
        emit(.exit)
    }
}

extension ClassicInstruction.Register {
    var extended: ExtendedRegister { self == .a ? .r7 : .r8 }
}

extension ClassicInstruction.Condition {
    var extended: ExtendedCondition {
        switch self {
        case .equal: .equal
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .bitsSet: .bitsSet
        }
    }

    /// The condition that holds when this one does not, where there is one.
    fileprivate var opposite: ExtendedCondition? {
        switch self {
        case .equal: .notEqual
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        case .bitsSet: nil
        }
    }
}
