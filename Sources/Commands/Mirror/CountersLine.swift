import FoundationEssentials
internal import Mirroring

/// The line of counters that a mirror writes each second, as `Output.json` would write it.
///
/// A list of many rules has many counters; an encoder that asks every value what it is takes a fifth of that second for
/// 10,000 rules.
struct CountersLine {
    private var bytes: [UInt8] = []

    /// The whole line, without its end: keys in alphabetical order.
    static func text(_ counters: MirrorCounters) throws -> String {
        var line = CountersLine()
        // As much as a rule with one target takes, mostly.
        line.bytes.reserveCapacity(counters.rules.count * 256 + 256)
        line.append(#"{"event":"counters","evictedFlows":"#, counters.evictedFlows)
        line.append(#","own":"#, counters.own)
        line.append(#","rules":"#)
        try line.append(counters.rules) { line, rule throws in try line.append(rule) }
        line.append("}")
        return String(decoding: line.bytes, as: UTF8.self)
    }

    private mutating func append(_ rule: RuleCounters) throws {
        append(#"{"beyondFirst":"#, rule.beyondFirst)
        append(#","expired":"#, rule.expired)
        append(#","matched":"#, rule.matched)
        append(#","overBudget":"#, rule.overBudget)
        append(#","rule":"#)
        try append(quoted: rule.rule)
        append(#","sampledOut":"#, rule.sampledOut)
        append(#","targets":"#)
        try append(rule.targets) { line, target throws in try line.append(target) }
        append("}")
    }

    private mutating func append(_ target: TargetCounters) throws {
        append(#"{"failed":{"#)
        var separator: StaticString = #"""#
        for reason in Self.reasons where !target.failed.isEmpty {
            guard let count = target.failed[reason] else { continue }
            append(separator)
            bytes.append(contentsOf: reason.rawValue.utf8)
            append(#"":"#, count)
            separator = #",""#
        }
        append(#"},"sent":"#, target.sent)
        append(#","target":"#)
        try append(quoted: target.target)
        append(#","truncated":"#, target.truncated)
        append(#","wireBytes":"#, target.wireBytes)
        append("}")
    }

    private static let reasons = FailureReason.allCases.sorted { $0.rawValue < $1.rawValue }

    private mutating func append<Element>(
        _ elements: [Element], _ each: (inout CountersLine, Element) throws -> Void
    ) throws {
        var separator: StaticString = "["
        for element in elements {
            append(separator)
            try each(&self, element)
            separator = ","
        }
        append(elements.isEmpty ? "[]" : "]")
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ key: StaticString, _ tally: Tally) {
        append(key)
        append(#"{"bytes":"#, tally.bytes)
        append(#","packets":"#, tally.packets)
        append("}")
    }

    private mutating func append(_ key: StaticString, _ number: UInt64) {
        append(key)
        guard number > 9 else { return bytes.append(UInt8(ascii: "0") + UInt8(number)) }
        bytes.append(contentsOf: String(number).utf8)
    }

    /// A text in quotes; whatever is not plain in it is the encoder's to escape.
    private mutating func append(quoted text: String) throws {
        let isPlain = text.utf8.allSatisfy {
            $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard isPlain else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            bytes.append(contentsOf: try encoder.encode(text))
            return
        }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}
