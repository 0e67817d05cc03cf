import Packets
import TestSupport
import Testing

@testable import Mirroring

/// What a preview says, from what it has counted.
struct PreviewAnswersTests {
    /// A flow's account; the hash's upper half decides about sampling.
    private static func account(
        _ flow: UInt64, rule: Int = 0, packets: UInt64, bytes: UInt64, from source: IPAddress? = "10.0.0.1",
        to destination: IPAddress? = "10.0.0.2", port: UInt16 = 53
    ) -> FlowAccount {
        FlowAccount(
            flow: flow, rule: rule, source: source, destination: destination,
            sourcePort: source == nil ? 0 : UInt16(truncatingIfNeeded: flow), destinationPort: source == nil ? 0 : port,
            ipProtocol: source == nil ? 0 : 17, tally: Tally(packets: packets, bytes: bytes),
            headerBytes: packets * 42, bytesOf128: min(bytes, packets * 128), bytesOf256: min(bytes, packets * 256))
    }

    private static func rule(_ name: String, packets: UInt64, bytes: UInt64, selected: Tally? = nil) -> RuleCounters {
        var target = TargetCounters(target: "0")
        target.sent = selected ?? Tally(packets: packets, bytes: bytes)
        var counters = RuleCounters(rule: name, targets: [target])
        counters.matched = Tally(packets: packets, bytes: bytes)
        return counters
    }

    private static func answers(
        _ accounts: [FlowAccount], rules: [RuleCounters]? = nil, seconds: Int = 10, traffic: Tally? = nil,
        targets: [String] = [], top: Int = 10, options: [SelectionOption] = SelectionOption.usual
    ) throws -> PreviewAnswers {
        let packets = accounts.reduce(0) { $0 + $1.tally.packets }
        let bytes = accounts.reduce(0) { $0 + $1.tally.bytes }
        return PreviewAnswers(
            Observations(
                duration: .seconds(seconds), rules: rules ?? [rule("all", packets: packets, bytes: bytes)],
                accounts: accounts, traffic: traffic ?? Tally(packets: packets, bytes: bytes)),
            targets: try targets.map { text in try Target(text) }, top: top, options: options)
    }

    @Test func `rates and shares are of the time and of the interface's traffic`() throws {
        let answers = try Self.answers(
            [Self.account(1, packets: 100, bytes: 10_000), Self.account(2, packets: 300, bytes: 50_000)],
            seconds: 4, traffic: Tally(packets: 1600, bytes: 80_000))
        let rate = Amount(answers.total.matched).perSecond(over: answers.seconds)
        #expect(rate.packets == 100)
        #expect(rate.bits == 120_000)
        let share = Amount(answers.total.matched).share(of: Amount(answers.traffic))
        #expect(share.packets == 0.25)
        #expect(share.bytes == 0.75)
        #expect(answers.total.flows == 2 && answers.rules[0].flows == 2)
        #expect(Amount().share(of: Amount()) == (0, 0))
        #expect(Amount(packets: 1, bytes: 1).perSecond(over: 0) == (0, 0))
    }

    @Test func `flows are sampled by the upper half of their hashes`() throws {
        // 2^32 / 10 = 429496729.6: the bound is 429496729.
        let accounts = [
            Self.account(429_496_728 << 32 | 0xffff_ffff, packets: 3, bytes: 300),
            Self.account(429_496_729 << 32, packets: 5, bytes: 500), Self.account(7, packets: 11, bytes: 1100),
        ]
        let estimates = try Self.answers(
            accounts, options: [.sampledFlows(oneOf: 10), .sampledFlows(oneOf: 1), .sampledPackets(oneOf: 10)]
        ).total.estimates
        #expect(estimates[0].amount == Amount(packets: 14, bytes: 1400))
        #expect(estimates[0].flows == 2 && estimates[0].hasExactPackets && estimates[0].hasExactBytes)
        #expect(estimates[1].amount == Amount(packets: 19, bytes: 1900))
        #expect(abs(estimates[2].amount.packets - 1.9) < 1e-9 && abs(estimates[2].amount.bytes - 190) < 1e-9)
        #expect(!estimates[2].hasExactPackets && estimates[2].flows == nil)
    }

    @Test func `what a preview samples is what the flow's identity says`() throws {
        var random = SeededGenerator(seed: 4)
        var sampled = 0
        for _ in 0..<2000 {
            guard let identity = FlowIdentity(frame: random.frame().frame) else { continue }
            let account = FlowAccount(flow: identity.hash(seed: 99), tally: Tally())
            for rate: UInt32 in [1, 2, 10, 100] {
                #expect(account.isSampled(oneOf: rate) == identity.isSampled(oneOf: rate, seed: 99))
            }
            if account.isSampled(oneOf: 10) { sampled += 1 }
        }
        #expect(sampled > 100)
    }

    @Test(
        arguments: [(10, 15.0, 900.0), (5, 10, 650), (100, 105, 5400), (1000, 105, 5400)] as [(UInt64, Double, Double)])
    func `of each flow the first packets are let through`(first: UInt64, packets: Double, bytes: Double) throws {
        // 100 packets of 50 bytes, and 5 of 80.
        let accounts = [Self.account(1, packets: 100, bytes: 5000), Self.account(2, packets: 5, bytes: 400)]
        let estimate = try #require(try Self.answers(accounts, options: [.first(first)]).total.estimates.first)
        #expect(estimate.amount == Amount(packets: packets, bytes: bytes))
        #expect(estimate.hasExactPackets)
        // Which packets they are decides about the bytes, unless they are all.
        #expect(estimate.hasExactBytes == (packets == 105))
    }

    @Test func `a flow whose directions have rules of their own has one beginning`() throws {
        let accounts = [
            Self.account(1, rule: 0, packets: 30, bytes: 3000), Self.account(1, rule: 1, packets: 10, bytes: 15_000),
            Self.account(2, rule: 1, packets: 4, bytes: 400),
        ]
        let answers = try Self.answers(
            accounts,
            rules: [Self.rule("to", packets: 30, bytes: 3000), Self.rule("from", packets: 14, bytes: 15_400)],
            options: [.first(20), .sampledFlows(oneOf: 2)])
        #expect(answers.total.flows == 2)
        #expect(answers.rules.map(\.flows) == [1, 2])
        #expect(answers.total.estimates[0].amount.packets == 24)
        #expect(answers.total.estimates[0].hasExactPackets)
        #expect(answers.rules[0].estimates[0].amount.packets == 15)
        #expect(answers.rules[1].estimates[0].amount.packets == 9)
        #expect(answers.rules.allSatisfy { !$0.estimates[0].hasExactPackets })
        #expect(answers.total.estimates[1].flows == 2)
        #expect(answers.topFlows.map(\.tally) == [Tally(packets: 40, bytes: 18_000), Tally(packets: 4, bytes: 400)])
    }

    @Test func `shortened packets are all let through, with fewer bytes`() throws {
        let estimates = try Self.answers(
            [Self.account(1, packets: 10, bytes: 10_000), Self.account(2, packets: 10, bytes: 1000)],
            options: [.headers, .snapLength(.of128), .snapLength(.of256)]
        ).total.estimates
        #expect(estimates.map(\.amount.packets) == [20, 20, 20])
        #expect(estimates.map(\.amount.bytes) == [840, 2280, 3560])
        #expect(estimates.allSatisfy { $0.hasExactPackets && $0.hasExactBytes })
    }

    @Test func `what was forgotten is told, and taken to be like the rest`() throws {
        let answers = try Self.answers(
            [Self.account(1, packets: 100, bytes: 10_000), Self.account(1 << 63, packets: 100, bytes: 10_000)],
            rules: [Self.rule("all", packets: 400, bytes: 60_000)],
            options: [.sampledFlows(oneOf: 2), .first(10), .headers])
        #expect(answers.total.forgotten == Tally(packets: 200, bytes: 40_000))
        let estimates = answers.total.estimates
        #expect(estimates[0].amount == Amount(packets: 200, bytes: 30_000))
        #expect(estimates[1].amount == Amount(packets: 40, bytes: 6000))
        #expect(estimates[2].amount.packets == 400)
        #expect(!estimates[0].hasExactPackets && estimates[0].flows == nil && !estimates[1].hasExactPackets)
        #expect(estimates[2].hasExactPackets && !estimates[2].hasExactBytes)
    }

    /// Bytes that a copy has more than its frame: outer Ethernet, IP, UDP, the tunnel and its metadata.
    @Test(arguments: [
        ("vxlan://10.0.0.9", 14 + 20 + 8 + 8), ("vxlan://[2001:db8::9]", 14 + 40 + 8 + 8),
        ("geneve://10.0.0.9", 14 + 20 + 8 + 8 + 44), ("geneve://10.0.0.9?metadata=off", 14 + 20 + 8 + 8),
        ("device:ids0", 0),
    ])
    func `a tunnel needs its headers for every copy`(target: String, overhead: Int) throws {
        let demand = try #require(
            try Self.answers(
                [Self.account(1, packets: 10, bytes: 1000)],
                rules: [Self.rule("all", packets: 10, bytes: 1000, selected: Tally(packets: 4, bytes: 200))],
                targets: [target]
            ).tunnels.first)
        #expect(demand.target == target)
        #expect(demand.all == Amount(packets: 10, bytes: Double(1000 + 10 * overhead)))
        #expect(demand.selected == Amount(packets: 4, bytes: Double(200 + 4 * overhead)))
        #expect(demand.notCarried == 0)
    }

    @Test func `GUE carries IP without its Ethernet header, and nothing else`() throws {
        let demand = try #require(
            try Self.answers(
                [
                    Self.account(1, packets: 30, bytes: 3000),
                    Self.account(2, packets: 10, bytes: 1000, from: nil, to: nil),
                ], targets: ["gue://10.0.0.9?variant=1"]
            ).tunnels.first)
        #expect(demand.notCarried == 10)
        #expect(demand.all == Amount(packets: 30, bytes: 3000 + 30 * Double(14 + 20 + 8 - 14)))
    }

    @Test func `the top talkers are those with the most bytes, by flow and by address`() throws {
        let accounts = [
            Self.account(1, packets: 1, bytes: 100), Self.account(2, packets: 2, bytes: 900, to: "10.0.0.3"),
            Self.account(3, packets: 9, bytes: 500, from: "2001:db8::1", to: "2001:db8::2"),
            Self.account(4, packets: 1, bytes: 2000, from: nil, to: nil),
            // To itself: one host, once.
            Self.account(5, packets: 1, bytes: 50, from: "127.0.0.1", to: "127.0.0.1"),
        ]
        let answers = try Self.answers(accounts, top: 3)
        #expect(answers.topFlows.map(\.tally.bytes) == [2000, 900, 500])
        #expect(answers.topFlows[0].source == nil && answers.topFlows[0].ipProtocol == nil)
        #expect(answers.topFlows[1].sourcePort == 2 && answers.topFlows[1].destinationPort == 53)
        #expect(answers.topHosts.map(\.address) == ["10.0.0.1", "10.0.0.3", "2001:db8::1"])
        #expect(answers.topHosts.map(\.tally.bytes) == [1000, 900, 500])
        #expect(answers.topHosts.map(\.flows) == [2, 1, 1])
        let all = try Self.answers(accounts, top: 100)
        #expect(all.topHosts.last?.address == "127.0.0.1" && all.topHosts.last?.flows == 1)
        #expect(all.topHosts.last?.tally == Tally(packets: 1, bytes: 50))
    }

    @Test func `nothing seen is nothing, and no division by it`() throws {
        let answers = try Self.answers([], targets: ["gue://10.0.0.9"])
        #expect(answers.total.matched == Tally() && answers.total.flows == 0)
        #expect(answers.total.estimates.allSatisfy { $0.amount == Amount() })
        #expect(answers.tunnels.first?.all == Amount())
    }
}
