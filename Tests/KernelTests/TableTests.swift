import Packets
import Rules
import TestSupport
import Testing

/// The kernel finds the rule that asking one after the other finds.
struct TableTests {
    private func compare(
        _ table: LoadedTable, _ list: RuleList, _ frame: [UInt8], _ direction: Direction, tag: UInt32 = 0,
        _ comment: @autoclosure () -> String
    ) throws -> Int? {
        let expected = list.firstMatch(Self.fields(frame, tag: tag), direction: direction)
        let found = try table.firstMatch(frame, direction, tag: tag)
        if found != expected {
            let rules = [expected, found].map { $0.map { "\(list.rules[$0])" } ?? "none" }
            Issue.record("\(comment()): \(direction) \(frame): \(rules[0]) expected, \(rules[1]) found")
        }
        return expected
    }

    /// What the reference sees of a frame whose outermost tag is not in its bytes.
    private static func fields(_ frame: [UInt8], tag: UInt32) -> PacketFields {
        guard tag != 0 else { return PacketFields(frame: frame) }
        return PacketFields(frame: Array(frame[..<12] + tag.bigEndianBytes + frame[12...]))
    }

    @Test
    func `hand-made frames`() throws {
        // Every field is named, some by rules that only come to be asked when an earlier field is missing.
        let list = try RuleList([
            Rule(name: "tag", vlans: [.identifiers(100...199)]),
            Rule(name: "outer tag", sources: [CIDR("10.1.0.0/16")], vlans: [.identifier(200)]),
            Rule(name: "syn", tcpFlags: TCPFlagsSelector(set: .syn, unset: .ack)),
            Rule(name: "ports", sourcePorts: [5000...5000], destinationPorts: [6000...6000], direction: .ingress),
            Rule(name: "dns", destinationPorts: [53...53], protocols: [17]),
            Rule(name: "tagged tcp", protocols: [6], vlans: [.identifiers(0...4095)]),
            Rule(name: "network", destinations: [CIDR("2001:db8:ffff::/48")], protocols: [6, 132]),
            Rule(name: "no ports", sources: [CIDR("::/0")], direction: .egress),
            Rule(name: "rest of IPv4", destinations: [CIDR("0.0.0.0/0")], vlans: [.untagged]),
            Rule(name: "tag without IP", vlans: [.identifiers(0...7)]),
        ])
        let table = try LoadedTable(list)
        var matched: Set<Int> = []
        for (name, frame) in HandMadeFrames.all {
            for direction in Direction.allCases {
                let lengths: Set = [frame.count, frame.count - 1, 14, 18, 34, 38, 54, 67, 68]
                for length in lengths where length <= frame.count {
                    let rule = try compare(table, list, Array(frame[..<length]), direction, "\(name), \(length) bytes")
                    if let rule { matched.insert(rule) }
                }
            }
        }
        #expect(matched.count == list.rules.count)
    }

    @Test(arguments: RuleGenerator.Kind.allCases)
    func `random lists`(kind: RuleGenerator.Kind) throws {
        var matched = 0
        for seed in UInt64(0)..<60 {
            var generator = RuleGenerator(seed: seed, kind: kind)
            let count = Int.random(in: 1...(seed % 3 == 0 ? 8 : 300), using: &generator.random)
            matched += try compare(&generator, rules: count, packets: 100, "seed \(seed), \(kind), \(count) rules")
        }
        #expect(matched > 100)
    }

    @Test(arguments: [(UInt64(10_000), 10_000), (4_096, 4_096), (4_097, 4_097), (64, 64), (65, 65)])
    func `lists of a given size`(seed: UInt64, count: Int) throws {
        for kind in [RuleGenerator.Kind.crowded, .nested] {
            var generator = RuleGenerator(seed: seed, kind: kind)
            let matched = try compare(&generator, rules: count, packets: 300, "seed \(seed), \(kind)")
            #expect(matched > 50)
        }
    }

    /// How many of the packets a rule matched.
    private func compare(
        _ generator: inout RuleGenerator, rules count: Int, packets: Int, _ comment: String
    ) throws -> Int {
        let list = try RuleList(
            generator.rules(count).map { rule in
                // What is skipped is not counted.
                var rule = rule
                rule.action = .mirror
                return rule
            })
        let table = try LoadedTable(list)
        var matched = 0
        for _ in 0..<packets {
            let (frame, tag, direction) = generator.frame(near: list.rules)
            if try compare(table, list, frame, direction, tag: tag, comment) != nil { matched += 1 }
        }
        return matched
    }

    @Test
    func `a rule that skips ends the search, and nothing is counted`() throws {
        let list = try RuleList([
            Rule(name: "skip", action: .skip, destinationPorts: [443...443]), Rule(name: "all", protocols: [6]),
        ])
        let table = try LoadedTable(list)
        let frame = FrameBuilder().ipv4(from: HandMadeFrames.client, to: HandMadeFrames.server)
        #expect(try table.firstMatch(frame.tcp(from: 1, to: 443).frame, .ingress) == nil)
        #expect(try table.firstMatch(frame.tcp(from: 1, to: 444).frame, .egress) == 1)
    }

    @Test
    func `an empty list matches nothing, and a list of rules that name nothing matches all`() throws {
        let (none, all) = (try LoadedTable(RuleList([])), try LoadedTable(RuleList([Rule(name: "all")])))
        for (_, frame) in HandMadeFrames.all {
            #expect(try none.firstMatch(frame, .ingress) == nil)
            #expect(try all.firstMatch(frame, .egress) == 0)
        }
    }
}
