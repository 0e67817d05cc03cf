import BPF
import KernelABI
import Packets
import Rules
import TestSupport
import Testing

/// Searches that need more than one run of the program.
struct SearchTests {
    private static let client: IPAddress = "10.1.1.1"
    private static let server: IPAddress = "10.2.2.2"
    private static let frame = FrameBuilder().ipv4(from: client, to: server).tcp(from: 40000, to: 443).frame

    /// A list in which every word of 64 rules has some that accept the frame's protocol, and others that accept it without
    /// a tag, but none before `match` that accepts both: the words' bits agree everywhere, the rules' nowhere. Addresses
    /// and ports, by which rules become neighbours, are not named.
    private static func adversarial(_ count: Int, match: Int?) throws -> RuleList {
        try RuleList(
            (0..<count).map { number in
                var rule = Rule(name: "\(number)")
                rule.protocols = [number % 2 == 0 || number == match ? 6 : 17]
                rule.vlans = [number % 2 == 1 || number == match ? .untagged : .identifier(7)]
                return rule
            })
    }

    private func find(_ list: RuleList, resumes: Bool = true) throws -> Int? {
        try LoadedTable(list, resumes: resumes).firstMatch(Self.frame, .ingress)
    }

    /// Within one block, at the edges of words, and over several blocks; the whole list where there is no match.
    @Test(arguments: [
        (100, 99), (1_000, 960), (4_096, 0), (4_096, 4_095), (4_096, nil), (4_097, 4_096), (8_192, 8_191),
        (10_000, 9_999), (20_000, 12_345), (20_000, 19_999), (20_000, nil),
    ])
    func `a search of every word finds the rule`(count: Int, match: Int?) throws {
        let list = try Self.adversarial(count, match: match)
        #expect(list.firstMatch(PacketFields(frame: Self.frame), direction: .ingress) == match)
        #expect(try find(list) == match)
    }

    @Test
    func `the longest search of the longest list ends at its last rule`() throws {
        let count = RuleList.maximumCount
        #expect(try find(Self.adversarial(count, match: count - 1)) == count - 1)
    }

    @Test(arguments: [4_096, 20_000])
    func `a long search goes on in another run`(count: Int) throws {
        let list = try Self.adversarial(count, match: count - 1)
        // Without the other run it ends unfinished, and what comes early is found all the same.
        #expect(try find(list, resumes: false) == nil)
        #expect(try find(Self.adversarial(count, match: 65), resumes: false) == 65)
    }

    /// A flow's first packet is searched for, the others are not; flows that share a place of the cache take turns.
    @Test(arguments: RuleGenerator.Kind.allCases, [2, 64])
    func `with a cache each packet is found what it is found without`(kind: RuleGenerator.Kind, places: Int) throws {
        var generator = RuleGenerator(seed: UInt64(places), kind: kind)
        var rules = generator.rules(400)
        for index in rules.indices { rules[index].action = .mirror }
        let list = try RuleList(rules)
        let table = try LoadedTable(list, layout: .changeable, cachePlaces: places)
        var frames: [(frame: [UInt8], direction: Direction, rule: Int?)] = []
        for _ in 0..<60 {
            let (frame, _, direction) = generator.frame(near: list.rules)
            for direction in [direction, direction == .ingress ? .egress : .ingress] {
                frames.append(
                    (frame, direction, list.firstMatch(PacketFields(frame: frame), direction: direction)))
            }
        }
        #expect(frames.contains { $0.rule != nil })
        for _ in 0..<400 {
            let (frame, direction, rule) = frames[Int.random(in: frames.indices, using: &generator.random)]
            // Once more, so that it is there.
            for time in 0..<2 {
                let found = try table.firstMatch(frame, direction)
                #expect(found == rule, "seed \(places), \(kind), time \(time): \(frame) \(direction)")
            }
        }
    }

    @Test(arguments: RuleGenerator.Kind.allCases)
    func `the changeable layout finds in the kernel what asking every rule finds`(kind: RuleGenerator.Kind) throws {
        for seed in UInt64(0)..<6 {
            var generator = RuleGenerator(seed: 700 + seed, kind: kind)
            var rules = generator.rules(Int.random(in: 1...(seed % 2 == 0 ? 9 : 600), using: &generator.random))
            for index in rules.indices { rules[index].action = .mirror }
            let list = try RuleList(rules)
            let table = try LoadedTable(list, layout: .changeable, cachePlaces: 8)
            for _ in 0..<80 {
                let (frame, _, direction) = generator.frame(near: list.rules)
                let expected = list.firstMatch(PacketFields(frame: frame), direction: direction)
                #expect(try table.firstMatch(frame, direction) == expected, "seed \(700 + seed), \(kind): \(frame)")
            }
        }
    }

    @Test
    func `random lists of several blocks, both directions`() throws {
        for kind in RuleGenerator.Kind.allCases {
            var generator = RuleGenerator(seed: 9_000, kind: kind)
            var rules = generator.rules(8_700)
            for index in rules.indices { rules[index].action = .mirror }
            let list = try RuleList(rules)
            let table = try LoadedTable(list)
            #expect((3...4).contains(table.table.settings.block_words))
            for _ in 0..<150 {
                let (frame, _, direction) = generator.frame(near: list.rules)
                let expected = list.firstMatch(PacketFields(frame: frame), direction: direction)
                #expect(try table.firstMatch(frame, direction) == expected, "seed 9000, \(kind): \(frame)")
            }
        }
    }
}
