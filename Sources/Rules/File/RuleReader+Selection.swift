/// The keys of a rule that say how much of what it matches is mirrored.
extension RuleReader {
    static let selectionKeys = ["sample", "sample-by", "first", "budget", "snaplen", "for", "until"]

    /// What a rule keeps of the packets that it matches.
    mutating func selection(_ entries: Entries) -> Selection {
        refuseSelectionOfSkip(entries)
        var selection = Selection()
        selection.samplingRate = value(entries["sample"]) { text throws(RulesError) in try SamplingRate(text).oneOf }
        selection.samplingUnit = value(entries["sample-by"]) { text throws(RulesError) in
            try Selection.SamplingUnit(text)
        }
        selection.first = value(entries["first"]) { text throws(RulesError) in try Selection.FlowLimit(text) }
        selection.budget = value(entries["budget"]) { text throws(RulesError) in try BitRate(text).bitsPerSecond }
        selection.snapLength = value(entries["snaplen"]) { text throws(RulesError) in try Selection.SnapLength(text) }
        let end = Selection.End(
            after: value(entries["for"]) { text throws(RulesError) in try Duration(text: text) },
            at: value(entries["until"]) { text throws(RulesError) in try PointInTime(text).nanoseconds })
        if end != Selection.End() { selection.end = end }
        return selection
    }

    /// A rule that skips sends nothing that could be sampled or shortened. It is no warning: whoever writes `sample`
    /// there means something else than what would happen.
    private mutating func refuseSelectionOfSkip(_ entries: Entries) {
        guard entries["action"]?.value.text?.lowercased() == "skip" else { return }
        for key in Self.selectionKeys {
            guard let entry = entries[key] else { continue }
            diagnostics.error(
                "\"\(key)\" says how much is mirrored, and this rule skips all that it matches; remove it, or write "
                    + "action: mirror",
                at: entry.value.position)
        }
    }

    private mutating func value<Value>(
        _ entry: Entry?, _ read: (String) throws(RulesError) -> Value
    ) -> Value? {
        guard let entry, let text = word(entry.value, entry.key) else { return nil }
        do throws(RulesError) {
            return try read(text)
        } catch {
            diagnostics.error(error.message, at: entry.value.position)
            return nil
        }
    }
}
