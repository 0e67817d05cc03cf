internal import Packets

/// What was counted of a sender's rules in sequences that are not kept any more.
struct RuleTotals {
    /// By number.
    private(set) var rules: [UInt32: RuleCounts] = [:]
    /// Of rules for which there was no room: what was lost of them is not known.
    private(set) var others = RuleCounts()

    /// Adds the counts of a rule's sequence, whose room becomes that of the rule.
    mutating func retire(_ rule: UInt32, _ counts: RuleCounts, room: inout AccountingRoom) {
        if rules[rule] != nil { room.returnRule() }
        rules[rule, default: RuleCounts()].add(counts)
    }

    /// Counts a copy that has no sequence.
    ///
    /// - Parameter isKnown: Whether the copy's rule may have a total of its own.
    mutating func count(
        _ copy: CopyMetadata, _ arrival: SequenceSpace.Arrival, isKnown: Bool = true, room: inout AccountingRoom
    ) {
        let hasTotal = isKnown && (rules[copy.rule] != nil || room.takeRule())
        if hasTotal {
            rules[copy.rule, default: RuleCounts()].count(arrival, represents: copy.samplingRate)
        } else {
            others.count(arrival, represents: copy.samplingRate)
        }
    }
}
