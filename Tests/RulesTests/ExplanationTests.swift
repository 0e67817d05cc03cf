import Packets
import Rules
import TestSupport
import Testing

struct ExplanationTests {
    @Test(arguments: RuleGenerator.Kind.allCases)
    func `every field of the deciding rule matches, and one of every earlier rule does not`(
        kind: RuleGenerator.Kind
    ) throws {
        var (decided, refused) = (0, 0)
        for seed in UInt64(0)..<40 {
            var generator = RuleGenerator(seed: seed, kind: kind)
            let list = try RuleList(generator.rules(60))
            let table = CompiledTable(list)
            for _ in 0..<60 {
                let (fields, direction) = generator.packet(near: list.rules)
                let comment = "seed \(seed), \(kind): \(fields.text) \(direction)"
                let all = try Explanation(fields, direction: direction, rules: list, table: table, scope: .everyEarlier)
                #expect(all.rule == list.firstMatch(fields, direction: direction), "\(comment)")
                #expect(all.refusals.map(\.rule) == Array(0..<(all.rule ?? list.rules.count)), "\(comment)")
                #expect(all.comparison.allSatisfy { $0.matches }, "\(comment)")
                #expect(all.refusals.allSatisfy { $0.comparison.contains { !$0.matches } }, "\(comment)")
                decided += all.rule == nil ? 0 : 1
                refused += all.refusals.count

                let near = try Explanation(fields, direction: direction, rules: list, table: table, scope: .nearest)
                // What is nearest, said once more: all that differ in one field, sorted, and cut.
                let expected = all.refusals.filter { $0.comparison.count(where: { !$0.matches }) == 1 }
                    .sorted { ($1.comparison.count, $0.rule) < ($0.comparison.count, $1.rule) }.prefix(5)
                #expect(near.refusals == Array(expected), "\(comment)")
                let bare = try Explanation(fields, direction: direction, rules: list, table: table, scope: .decision)
                #expect(bare.rule == all.rule && bare.refusals.isEmpty, "\(comment)")
            }
        }
        #expect(decided > 200 && refused > 1000, "\(decided) \(refused)")
    }

    @Test func `a table that says something else than the list is reported, not explained`() throws {
        let list = try RuleList([Rule(name: "web", destinationPorts: [443...443]), Rule(name: "rest")])
        let other = CompiledTable(try RuleList([Rule(name: "all"), Rule(name: "none")]))
        var fields = PacketFields(frame: try WrittenFlow("10.0.0.1:1 -> 10.0.0.2:80 tcp").frame)
        let error = #expect(throws: RulesError.self) {
            try Explanation(fields, direction: .ingress, rules: list, table: other, scope: .nearest)
        }
        #expect(error?.code == .disagreement)
        #expect(error?.message.contains("the compiled table finds rule \"web\"") == true)
        #expect(error?.message.contains("the list has rule \"rest\"") == true)
        #expect(error?.message.contains("report it") == true)
        fields.destinationPort = 443
        let agreed = try Explanation(fields, direction: .ingress, rules: list, table: other, scope: .nearest)
        #expect(agreed.rule == 0)
    }

    /// A rule with every field, and what it says of a packet.
    private func comparison(_ text: String, _ direction: Direction = .ingress) throws -> [String] {
        let rule = Rule(
            name: "all", sources: [try CIDR("10.0.0.0/8"), try CIDR("192.0.2.1")],
            destinations: (0..<12).map { CIDR(.ipv4(0xc000_0200 + $0)) }, sourcePorts: [1024...65535],
            destinationPorts: [80...80, 443...443], protocols: [6, 17], vlans: [.untagged, .identifiers(5...7)],
            tcpFlags: TCPFlagsSelector(set: .syn, unset: [.ack, .rst]), direction: .ingress)
        return rule.comparison(PacketFields(frame: try WrittenFlow(text).frame), direction: direction).map {
            "\($0.field.rawValue) \($0.matches ? "is" : "is not") \($0.named): \($0.seen ?? "-")"
        }
    }

    @Test func `fields that match show the value that accepts them`() throws {
        #expect(
            try comparison("10.1.2.3:5555 -> 192.0.2.3:443 tcp flags syn vlan 6") == [
                "source is 10.0.0.0/8: 10.1.2.3", "destination is 192.0.2.3: 192.0.2.3",
                "source-port is 1024-65535: 5555", "destination-port is 443: 443", "protocol is tcp: tcp",
                "vlan is 5-7: 6", "tcp-flags is set syn, unset rst,ack: syn", "direction is ingress: ingress",
            ])
    }

    @Test func `fields that do not match show all that would, and what is there`() throws {
        #expect(
            try comparison("[2001:db8::1]:80 -> [2001:db8::2]:81 sctp vlan 8", .egress) == [
                "source is not 10.0.0.0/8, 192.0.2.1: 2001:db8::1",
                "destination is not 192.0.2.0, 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6, "
                    + "192.0.2.7 and 4 more: 2001:db8::2",
                "source-port is not 1024-65535: 80", "destination-port is not 80, 443: 81",
                "protocol is not tcp, udp: sctp", "vlan is not none, 5-7: 8",
                "tcp-flags is not set syn, unset rst,ack: -", "direction is not ingress: egress",
            ])
        #expect(try comparison("10.1.2.3 -> 192.0.2.3 icmp")[2] == "source-port is not 1024-65535: -")
        #expect(try comparison("10.1.2.3 -> 192.0.2.3 icmp")[5] == "vlan is none: none")
    }

    private let now = PointInTime(nanoseconds: 1_795_543_200_000_000_000)

    private func steps(
        _ selection: Selection, _ flow: String = "10.1.2.3:5555 -> 10.0.0.1:443 tcp", length: Int = 1514,
        seed: UInt64? = nil
    ) throws -> [SelectionStep] {
        selection.steps(try WrittenFlow(flow).frame, length: length, now: now, samplingSeed: seed)
    }

    @Test func `what a selection does to a packet is told in the order in which it applies`() throws {
        let all = Selection(
            samplingRate: 100, samplingUnit: .flow, first: .bytes(64_000), budget: 10_000_000, snapLength: .bytes(128),
            end: .init(after: .seconds(600), at: now.nanoseconds + 1))
        #expect(try steps(all).map(\.option) == ["until", "for", "sample", "first", "budget", "snaplen"])
        #expect(try steps(all).map(\.outcome) == [.passes, .depends, .depends, .depends, .depends, .shortens])
        #expect(try steps(all, length: 128).last?.outcome == .passes)
        #expect(try steps(Selection(end: .init(at: now.nanoseconds))).map(\.outcome) == [.stops])
        #expect(try steps(Selection(samplingRate: 1)).map(\.outcome) == [.passes])
        #expect(try steps(Selection(samplingRate: 2), seed: 1).map(\.outcome) == [.depends])
        #expect(try steps(Selection(snapLength: .headers)).map(\.outcome) == [.shortens])
        #expect(try steps(Selection()).isEmpty)
    }

    @Test func `with the mirror's seed it is known which flows are sampled, in both directions`() throws {
        let sampling = Selection(samplingRate: 4, samplingUnit: .flow)
        var sampled = 0
        for port in 1...400 {
            let (one, two) = ("10.1.2.3:\(port)", "10.0.0.1:443")
            let there = try steps(sampling, "\(one) -> \(two) tcp", seed: 42)
            #expect(try steps(sampling, "\(two) -> \(one) tcp flags syn,ack vlan 5", seed: 42) == there)
            let flow = try #require(FlowIdentity(frame: try WrittenFlow("\(one) -> \(two) tcp").frame))
            let expected: SelectionStep.Outcome = flow.isSampled(oneOf: 4, seed: 42) ? .passes : .stops
            #expect(there.map(\.outcome) == [expected])
            sampled += expected == .passes ? 1 : 0
        }
        // Five standard deviations around a quarter.
        #expect((57...143).contains(sampled), "\(sampled)")
    }

    @Test func `of a later fragment it is not known`() throws {
        let sampling = Selection(samplingRate: 4, samplingUnit: .flow)
        #expect(try steps(sampling, "10.1.2.3 -> 10.0.0.1 udp fragment", seed: 42).map(\.outcome) == [.depends])
        #expect(try steps(sampling, "10.1.2.3 -> 10.0.0.1 icmp", seed: 42).first?.outcome != .depends)
    }
}
