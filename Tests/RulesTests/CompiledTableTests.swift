import Packets
import Rules
import TestSupport
import Testing

struct CompiledTableTests {
    @Test(arguments: RuleGenerator.Kind.allCases)
    func `random lists find what asking every rule finds`(kind: RuleGenerator.Kind) throws {
        var matched = 0
        for seed in UInt64(0)..<150 {
            var generator = RuleGenerator(seed: seed, kind: kind)
            let count = Int.random(in: 1...(seed % 3 == 0 ? 8 : 300), using: &generator.random)
            matched += try compare(&generator, rules: count, packets: 300, "seed \(seed), \(kind), \(count) rules")
        }
        // Packets that match nothing are the easy ones.
        #expect(matched > 150 * 300 / 10, "\(matched)")
    }

    @Test(arguments: RuleGenerator.Kind.allCases)
    func `a list of ten thousand rules finds what asking every rule finds`(kind: RuleGenerator.Kind) throws {
        var generator = RuleGenerator(seed: 10_000, kind: kind)
        #expect(try compare(&generator, rules: 10_000, packets: 400, "seed 10000, \(kind)") > 40)
    }

    @Test
    func `twenty thousand nested prefixes and ranges find what asking every rule finds`() throws {
        var generator = RuleGenerator(seed: 20_000, kind: .nested)
        #expect(try compare(&generator, rules: 20_000, packets: 400, "seed 20000") > 40)
    }

    /// - Returns: How many of the packets a rule matched.
    private func compare(
        _ generator: inout RuleGenerator, rules count: Int, packets: Int, _ comment: String
    ) throws -> Int {
        let list = try RuleList(generator.rules(count))
        return CompiledTable(list).matches(list, &generator, packets: packets, comment) ?? 0
    }
}
