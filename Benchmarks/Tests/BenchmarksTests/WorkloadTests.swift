import BPF
import Packets
import Rules
import Testing

@testable import Benchmarks

@Suite("The workload")
struct WorkloadTests {
    @Test("has lists of which the shorter begins the longer", arguments: RuleSet.allCases)
    func prefixes(set: RuleSet) throws {
        let long = try set.rules(1000)
        #expect(try set.rules(1000) == long)
        #expect(try set.rules(10).rules == Array(long.rules.prefix(10)))
        #expect(long.rules[0].sources.allSatisfy { $0.address.bitWidth == 32 })
    }

    @Test(
        "has packets that match and packets that do not, by the definition of a rule list",
        arguments: RuleSet.allCases, [1, 10, 1000])
    func packets(set: RuleSet, count: Int) throws {
        let rules = try set.rules(count)
        let traffic = try Traffic(for: rules.rules) { rules.firstMatch($0, direction: .ingress) != nil }
        for kind in Traffic.Kind.allCases {
            #expect(traffic[kind].count == Traffic.several)
            for frame in traffic[kind] {
                #expect(frame.count == Header.frameLength)
                let match = rules.firstMatch(PacketFields(frame: frame), direction: .ingress)
                #expect((match != nil) == (kind == .match), "\(set), \(count) rules, \(kind)")
            }
        }
        #expect(Set(traffic.manyMisses).count > Traffic.many / 4)
        for frame in traffic.manyMisses + traffic.manyMatches { #expect(frame.count == Header.frameLength) }
        for frame in traffic.manyMisses {
            let fields = PacketFields(frame: frame)
            #expect(fields.ipProtocol == IPProtocol.tcp && fields.source?.bitWidth == 32)
        }
    }

    @Test("is matched by the kernel as the rule list says, also with a target")
    func kernel() throws {
        for set in RuleSet.allCases {
            let rules = try set.rules(100)
            let traffic = try Traffic(for: rules.rules) { rules.firstMatch($0, direction: .ingress) != nil }
            for copying in [LoadedMirror.Copying.none, .refused] {
                let mirror = try LoadedMirror(rules, copying)
                for kind in Traffic.Kind.allCases {
                    try mirror.require(traffic[kind], match: kind == .match, "\(set), \(kind)")
                }
                #expect(throws: LoadedMirror.Failure.self) {
                    try mirror.require(traffic[.match], match: false, "a match is none")
                }
            }
        }
    }
}

@Suite("The driver of many flows")
struct FlowDriverTests {
    @Test("shows the called program each packet once, in turn")
    func turns() throws {
        var random = SeededGenerator(seed: 3)
        // Of 16 flows every other one matches.
        let rules = try RuleSet.exact.rules(64)
        let ipv4 = rules.rules.filter { $0.sources.allSatisfy { $0.address.bitWidth == 32 } }
        let frames = (0..<16).map { index in
            index % 2 == 0
                ? Header(within: ipv4[index], &random).frame
                : Header(strangerOf: IPProtocol.tcp, isIPv4: true, &random).frame
        }
        let mirror = try LoadedMirror(rules)
        let driver = try FlowDriver(frames, calling: mirror.program)
        var matched: [Int] = []
        for _ in 0..<32 {
            let before = try mirror.matched()
            try driver.runOnce(1)
            matched.append(try mirror.matched() - before)
        }
        #expect(matched == (0..<32).map { $0 % 2 == 0 ? 1 : 0 })
    }
    @Test("goes on calling the program when only what is timed is left of it")
    func lifetime() throws {
        var random = SeededGenerator(seed: 3)
        let rules = try RuleSet.exact.rules(1)
        let mirror = try LoadedMirror(rules)
        let frames = (0..<2).map { _ in Header(within: rules.rules[0], &random).frame }
        let timed = try FlowDriver(frames, calling: mirror.program).timed(runs: 100)
        _ = try timed.measure()
        #expect(try mirror.matched() == 100)
    }
}
