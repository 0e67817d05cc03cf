internal import Packets

/// The copies that one CPU of a mirror sent to one target: their sequence, and those of their rules.
struct CopySequence {
    struct Key: Hashable {
        var stream: UInt32
        var target: UInt8
        var cpu: UInt16
    }

    /// How many generations of rules are told apart, the newest ones.
    static let generationLimit = 4

    let key: Key
    private(set) var space = SequenceSpace()
    private(set) var rules: [RuleSequence] = []
    /// Whether a copy came since somebody last looked for a sequence to forget.
    var isRecent = true

    private struct RuleKey: Hashable {
        var rule: UInt32
        var generation: UInt8
    }

    private var numbers: [RuleKey: Int] = [:]
    private var lastRule = 0
    /// In the order in which they began.
    private var generations: [UInt8] = []
    /// What rules of generations lost that are not told apart any more.
    private var lostOfGone: UInt64 = 0
    /// That of the earliest copy.
    private var firstGeneration: UInt8 = 0

    init(_ key: Key) {
        self.key = key
    }

    /// Takes a copy.
    ///
    /// - Parameters:
    ///   - totals: Where rules' counts go that have no place here: of generations long gone, and beyond `room`.
    ///   - room: How many rules' sequences there may be more.
    mutating func receive(
        _ copy: CopyMetadata, totals: inout RuleTotals, room: inout AccountingRoom
    ) -> SequenceSpace.Arrival {
        isRecent = true
        let earliest = space.earliest
        let arrival = space.receive(copy.sequence)
        if space.earliest != earliest { firstGeneration = copy.generation }
        begin(copy.generation, arrival, totals: &totals, room: &room)
        if let rule = number(of: copy, room: &room) {
            rules[rule].receive(copy.ruleSequence, arrival, represents: copy.samplingRate)
        } else {
            totals.count(copy, arrival, isKnown: !generations.contains(copy.generation), room: &room)
        }
        return arrival
    }

    /// Everything that was lost of this rule's sequence is known when the copies before it, of another generation or
    /// none at all, are known.
    func counts(of rule: RuleSequence) -> RuleCounts {
        rule.counts(fromZero: space.earliest == 0 || firstGeneration != rule.generation)
    }

    /// What was lost of no rule that is known: all that is lost but for what is missing in rules' sequences.
    var lostOfNoRule: UInt64 {
        let ofRules = rules.reduce(lostOfGone) { $0 + counts(of: $1).lost }
        return space.lost > ofRules ? space.lost - ofRules : 0
    }

    /// Gives all rules' counts to `totals`, before the sequence is forgotten.
    mutating func retire(into totals: inout RuleTotals, room: inout AccountingRoom) {
        for rule in rules { totals.retire(rule.rule, counts(of: rule), room: &room) }
        rules = []
        numbers = [:]
    }

    /// The place of a copy's rule; nil when there is no room for it, or it belongs to a generation long gone.
    private mutating func number(of copy: CopyMetadata, room: inout AccountingRoom) -> Int? {
        if lastRule < rules.count, rules[lastRule].rule == copy.rule, rules[lastRule].generation == copy.generation {
            return lastRule
        }
        let key = RuleKey(rule: copy.rule, generation: copy.generation)
        if let number = numbers[key] {
            lastRule = number
            return number
        }
        guard generations.contains(copy.generation), room.takeRule() else { return nil }
        rules.append(RuleSequence(rule: copy.rule, generation: copy.generation))
        numbers[key] = rules.count - 1
        lastRule = rules.count - 1
        return rules.count - 1
    }

    /// Notes that a generation has begun, and lets go of the oldest one.
    private mutating func begin(
        _ generation: UInt8, _ arrival: SequenceSpace.Arrival, totals: inout RuleTotals, room: inout AccountingRoom
    ) {
        guard generations.last != generation, !generations.contains(generation) else { return }
        switch arrival {
        case .next: generations.append(generation)
        // Copies of the generation before, which the collector sees for the first time.
        case .late where generations.count < Self.generationLimit: generations.insert(generation, at: 0)
        case .late, .duplicate: return
        }
        guard generations.count > Self.generationLimit else { return }
        let gone = generations.removeFirst()
        for rule in rules where rule.generation == gone {
            let counts = counts(of: rule)
            lostOfGone += counts.lost
            totals.retire(rule.rule, counts, room: &room)
        }
        rules.removeAll { $0.generation == gone }
        numbers = Dictionary(
            uniqueKeysWithValues: rules.enumerated().map { (RuleKey(rule: $1.rule, generation: $1.generation), $0) })
        lastRule = 0
    }
}
