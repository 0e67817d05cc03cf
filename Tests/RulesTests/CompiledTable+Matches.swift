import Packets
import Rules
import TestSupport
import Testing

extension CompiledTable {
    /// What the table finds of packets near the rules, against asking every rule.
    /// - Returns: how many of the packets a rule matched; nil after a difference, which is recorded.
    func matches(
        _ list: RuleList, _ generator: inout RuleGenerator, packets: Int, _ comment: String
    ) -> Int? {
        var matched = 0
        for _ in 0..<packets {
            let (fields, direction) = generator.packet(near: list.rules)
            let expected = list.firstMatch(fields, direction: direction)
            let found = lookup(fields, direction: direction)
            if expected != nil { matched += 1 }
            guard found != expected else { continue }
            let rules = [expected, found].map { $0.map { "\(list.rules[$0])" } ?? "none" }
            Issue.record("\(comment): \(fields) \(direction): \(rules[0]) expected, \(rules[1]) found")
            return nil
        }
        return matched
    }
}
