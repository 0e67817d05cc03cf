import Packets
import Rules
import TestSupport
import Testing

/// A rule that is changed where it is leaves a table that finds what asking every rule finds.
struct RuleChangeTests {
    @Test(arguments: RuleGenerator.Kind.allCases)
    func `a table in the changeable layout finds what asking every rule finds`(kind: RuleGenerator.Kind) throws {
        var matched = 0
        for seed in UInt64(0)..<20 {
            var generator = RuleGenerator(seed: seed, kind: kind)
            let count = Int.random(in: 1...(seed % 3 == 0 ? 8 : 300), using: &generator.random)
            let list = try RuleList(generator.rules(count))
            let heap = try #require(HeapTable(list, spare: false))
            matched +=
                heap.table.matches(list, &generator, packets: 200, "seed \(seed), \(kind), \(count) rules") ?? 0
        }
        #expect(matched > 20 * 200 / 10, "\(matched)")
    }

    @Test(arguments: RuleGenerator.Kind.allCases)
    func `random changes one after the other find what asking every rule finds`(kind: RuleGenerator.Kind) throws {
        var (matched, changes, refused) = (0, 0, 0)
        for seed in UInt64(0)..<12 {
            var generator = RuleGenerator(seed: seed, kind: kind)
            let count = Int.random(in: 1...(seed % 3 == 0 ? 8 : 300), using: &generator.random)
            var rules = try RuleList(generator.rules(count)).rules
            let heap = try #require(HeapTable(RuleList(rules)))
            for step in 0..<30 {
                let position = Int.random(in: rules.indices, using: &generator.random)
                let old = rules[position]
                var new = generator.rules(1)[0]
                new.name = old.name
                rules[position] = new
                let list = try RuleList(rules)
                if heap.change(old, to: new, at: position) {
                    changes += 1
                } else {
                    // A field that no rule has named before, or no room any more: then all of it is made anew.
                    refused += 1
                    guard heap.write(list) else { break }
                }
                let comment = "seed \(seed), \(kind), \(count) rules, change \(step) at \(position): \(old) to \(new)"
                guard let some = heap.table.matches(list, &generator, packets: 60, comment) else { return }
                matched += some
            }
        }
        #expect(matched > 12 * 30 * 60 / 20 && changes > 12 * 30 / 2, "\(matched) matched, \(changes), \(refused)")
    }

    @Test(arguments: RuleGenerator.Kind.allCases)
    func `changes in a list of ten thousand rules find what asking every rule finds`(
        kind: RuleGenerator.Kind
    ) throws {
        var generator = RuleGenerator(seed: 10_000, kind: kind)
        var rules = generator.rules(10_000)
        let heap = try #require(HeapTable(RuleList(rules)))
        var changes = 0
        for _ in 0..<3 {
            let position = Int.random(in: rules.indices, using: &generator.random)
            var new = rules[position]
            if !new.sources.isEmpty { new.sources = generator.rules(1)[0].sources + new.sources }
            if !new.destinationPorts.isEmpty { new.destinationPorts = [80...90, 443...443] }
            new.action = new.action == .skip ? .mirror : .skip
            let old = rules[position]
            rules[position] = new
            let list = try RuleList(rules)
            // A range of ports that few other rules end in may need more than there is room for.
            if !heap.change(old, to: new, at: position) { try #require(heap.write(list)) } else { changes += 1 }
            let table = heap.table
            for near in [rules, [new]] {
                for _ in 0..<100 {
                    let (fields, direction) = generator.packet(near: near)
                    let found = table.lookup(fields, direction: direction)
                    let expected = list.firstMatch(fields, direction: direction)
                    #expect(found == expected, "seed 10000, \(kind), \(fields) after \(old) became \(new)")
                }
            }
        }
        #expect(changes > 0)
    }

    @Test func `a change that asks for what the table does not look at is refused`() throws {
        let list = try RuleList([Rule(name: "a", sources: [CIDR("10.0.0.0/8")]), Rule(name: "b", protocols: [6])])
        let heap = try #require(HeapTable(list))
        for new in [
            Rule(name: "a", destinations: [try CIDR("10.0.0.0/8")]), Rule(name: "a", destinationPorts: [1...2]),
            Rule(name: "a", vlans: [.untagged]), Rule(name: "a", direction: .egress),
            Rule(name: "a"),
        ] {
            #expect(!heap.change(list.rules[0], to: new, at: 0), "\(new)")
        }
        #expect(!heap.change(list.rules[0], to: list.rules[0], at: 2))
    }

    @Test func `without room a change is refused and the next table can be written`() throws {
        let list = try RuleList((0..<100).map { Rule(name: "\($0)", destinationPorts: [UInt16($0)...UInt16($0)]) })
        let heap = try #require(HeapTable(list, spare: false))
        #expect(!heap.change(list.rules[7], to: Rule(name: "7", destinationPorts: [5000...6000]), at: 7))
        #expect(heap.write(list))
        var generator = RuleGenerator(seed: 7, kind: .crowded)
        #expect(heap.table.matches(list, &generator, packets: 100, "seed 7") != nil)
        let larger = try RuleList((0..<200).map { Rule(name: "\($0)", destinationPorts: [UInt16($0)...UInt16($0)]) })
        #expect(!heap.write(larger))
        #expect(heap.table.matches(list, &generator, packets: 100, "seed 7") != nil)
    }
}
