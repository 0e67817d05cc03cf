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

    /// A list in which every word of 64 rules has some that accept the frame's source, and others that accept its
    /// destination, but none before `match` that accepts both: the words' bits agree everywhere, the rules' nowhere.
    private static func adversarial(_ count: Int, match: Int?) throws -> RuleList {
        let (source, destination) = (try CIDR("10.1.1.1/32"), try CIDR("10.2.2.2/32"))
        let elsewhere = try CIDR("192.0.2.1/32")
        return try RuleList(
            (0..<count).map { number in
                var rule = Rule(name: "\(number)")
                rule.sources = [number % 2 == 0 || number == match ? source : elsewhere]
                rule.destinations = [number % 2 == 1 || number == match ? destination : elsewhere]
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

    @Test
    func `random lists of several blocks, both directions`() throws {
        for kind in RuleGenerator.Kind.allCases {
            var generator = RuleGenerator(seed: 9_000, kind: kind)
            var rules = generator.rules(8_700)
            for index in rules.indices { rules[index].action = .mirror }
            let list = try RuleList(rules)
            let table = try LoadedTable(list)
            #expect(table.table.settings.block_words == 3)
            for _ in 0..<150 {
                let (frame, _, direction) = generator.frame(near: list.rules)
                let expected = list.firstMatch(PacketFields(frame: frame), direction: direction)
                #expect(try table.firstMatch(frame, direction) == expected, "seed 9000, \(kind): \(frame)")
            }
        }
    }
}
