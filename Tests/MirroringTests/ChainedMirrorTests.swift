import BPF
import Chaining
import Expressions
import Foundation
import Rules
import TestSupport
import Testing

@testable import Mirroring

/// Mirrors whose programs stand in chains that somebody else keeps.
@Suite(.serialized)
struct ChainedMirrorTests {
    private static func matcher(_ rules: Int) throws -> Matcher {
        // The last rule is the one that matches.
        var lines = (0..<rules - 1).map {
            "- { name: other\($0), action: mirror, protocol: tcp, destination-port: \(1 + $0) }"
        }
        lines.append("- { name: wanted, action: mirror, protocol: udp, destination-port: 7000 }")
        return .rules(try RuleFile.parse(text: "rules:\n" + lines.joined(separator: "\n"), file: "test").rules)
    }

    /// Others' mirrors, in other namespaces, have the same names.
    private static func record(_ name: String) -> MirrorRecord? {
        MirrorRegistry().records().first {
            $0.name == name && $0.networkNamespace == MirrorRegistry.ownNamespace
        }
    }

    private static let matchers: [(name: String, first: @Sendable () throws -> Matcher)] = [
        ("an expression", { .expression(try Expression("udp port 7000")) }),
        ("two rules", { try matcher(2) }),
        ("600 rules, which are replaced in place", { try matcher(600) }),
    ]

    @Test(arguments: matchers.indices)
    func `every packet has one copy, while the rules are replaced and another process goes on with the mirror`(
        index: Int
    ) throws {
        let (name, first) = Self.matchers[index]
        try Namespace.run {
            let cable = try MirroredCable()
            let chains = try cable.chains()
            let configuration = try cable.configuration(first())
            var mirror = try Mirror(configuration)
            let (tap, stream) = (mirror.name, mirror.stream)
            #expect(mirror.members.map(\.hook) == [.ingress, .egress])
            try MirroredCable.put(mirror.members, in: chains, revision: "0")
            let sent = try cable.withTraffic {
                for round in 1...12 {
                    usleep(20_000)
                    if round % 4 == 0 {
                        // As it would be found if the process had been killed: what was replaced is not settled.
                        let record = try #require(Self.record(tap))
                        #expect(record.title == "web" && Mirror.canAdopt(record))
                        mirror = try Mirror.adopt(configuration, record)
                        try MirroredCable.put(mirror.members, in: chains, revision: "\(round)")
                        try mirror.settle()
                        #expect(mirror.stream == stream)
                    } else {
                        let replacement = try mirror.prepare(configuration.matcher)
                        try mirror.continueBudgets(in: replacement)
                        try MirroredCable.put(replacement.members, in: chains, revision: "\(round)")
                        mirror.complete(replacement)
                    }
                }
            }
            for chain in chains { try chain.apply(ChainPlan()) }
            let counters = try mirror.detach()
            #expect(sent > 1000, "\(name)")
            let matched = counters.rules.reduce(0) { $0 + $1.matched.packets }
            #expect(matched == UInt64(sent), "\(name)")
            #expect(counters.rules.reduce(0) { $0 + $1.targets[0].sent.packets } == UInt64(sent), "\(name)")
            #expect(try cable.copied() == Array(0..<sent), "\(name)")
            // Nothing is left of it.
            #expect(Self.record(tap) == nil)
            for chain in chains { try chain.remove() }
        }
    }

    @Test func `a mirror that another process goes on with spends the same budgets and ends at the same time`() throws {
        try Namespace.run {
            let cable = try MirroredCable()
            let chains = try cable.chains()
            var selection = MirrorSelection()
            selection.common.end = .init(after: .seconds(3600))
            let rules = try RuleFile.parse(
                text: "rules: [{ name: a, action: mirror, protocol: udp, budget: 10kbit }]", file: "test"
            ).rules
            let configuration = try cable.configuration(.rules(rules), selection)
            let began = ContinuousClock.now
            let mirror = try Mirror(configuration)
            try MirroredCable.put(mirror.members, in: chains, revision: "0")
            let end = try #require(mirror.timeLeft)
            _ = try cable.withTraffic { usleep(50_000) }
            #expect(try mirror.leave().rules[0].overBudget > 0)
            let record = try #require(Self.record(mirror.name))
            let adopted = try Mirror.adopt(configuration, record)
            try MirroredCable.put(adopted.members, in: chains, revision: "1")
            try adopted.settle()
            let left = try #require(adopted.timeLeft)
            #expect(left < end)
            _ = try cable.withTraffic { usleep(50_000) }
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            let spent = Double(try adopted.counters().rules[0].targets[0].wireBytes)
            // A bucket of one full packet, and what has flown in since.
            #expect(spent > 1000 && spent <= 1514 + 100 + 1250 * seconds, "\(spent) bytes in \(seconds) s")
            for chain in chains { try chain.remove() }
            _ = try adopted.detach()
        }
    }

    @Test func `the command that ends mirrors leaves those of a daemon alone`() throws {
        try Namespace.run {
            let cable = try MirroredCable()
            let mirror = try Mirror(try cable.configuration(.expression(Expression("udp"))))
            let record = try #require(Self.record(mirror.name))
            let error = #expect(throws: MirrorError.self) { try MirrorRegistry().detach(record) }
            #expect(error?.message.contains("periscope delete mirror web") == true)
            MirrorRegistry().sweep()
            #expect(try Namespace.shell("ip -br link show \(mirror.name)").contains("periscope"))
            _ = try mirror.detach()
        }
    }
}
