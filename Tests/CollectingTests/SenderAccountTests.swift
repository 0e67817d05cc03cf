import Packets
import TestSupport
import Testing

@testable import Collecting

@Suite struct SenderAccountTests {
    func copy(
        _ sequence: UInt32, rule: UInt32 = 0, _ ruleSequence: UInt32, stream: UInt32 = 1, target: UInt8 = 0,
        cpu: UInt16 = 0, generation: UInt8 = 0, rate: UInt32 = 1
    ) -> CopyMetadata {
        CopyMetadata(
            stream: stream, target: target, cpu: cpu, sequence: sequence, rule: rule, generation: generation,
            ruleSequence: ruleSequence, originalLength: 100, samplingRate: rate)
    }

    func account(_ copies: [CopyMetadata]) -> SenderAccount {
        var account = SenderAccount()
        var room = AccountingRoom()
        for copy in copies { _ = account.receive(copy, room: &room) }
        return account
    }

    @Test func `CPUs, targets and streams count for themselves`() {
        let account = account([
            copy(0, 0), copy(0, 0, cpu: 1), copy(0, 0, target: 1), copy(0, 0, stream: 2), copy(2, 2, cpu: 1),
            copy(3, 3, stream: 2), copy(1, 1),
        ])
        #expect(account.counts.received == 7)
        #expect(account.counts.lost == 3)
        #expect(account.counts.duplicated == 0)
        #expect(account.streams.map(\.stream) == [1, 1, 2])
        #expect(account.streams.map(\.target) == [0, 1, 0])
        #expect(account.streams.map(\.lost) == [1, 0, 2])
        #expect(account.rules.map(\.lost) == [3])
    }

    @Test func `a lost copy is of the rule whose next one comes`() {
        // 0: rule 1, 1: rule 2 (lost), 2: rule 1, 3: rule 2.
        let copies = [copy(0, rule: 1, 0), copy(2, rule: 1, 1), copy(3, rule: 2, 1)]
        let before = account(Array(copies[..<2]))
        #expect(before.streams.map(\.lost) == [1])
        #expect(before.streams.map(\.lostOfNoRule) == [1])
        #expect(before.rules.map(\.lost) == [0])
        let after = account(copies)
        #expect(after.streams.map(\.lostOfNoRule) == [0])
        #expect(after.rules.map(\.rule) == [1, 2])
        #expect(after.rules.map(\.lost) == [0, 1])
    }

    @Test func `of a mirror that was there before, nothing is lost that came before`() {
        let account = account([copy(500, rule: 1, 300), copy(501, rule: 2, 200), copy(503, rule: 1, 302)])
        #expect(account.counts.lost == 1)
        #expect(account.rules.map(\.lost) == [1, 0])
    }

    @Test func `what a new generation of rules lost at its beginning is known`() {
        let account = account([
            copy(500, rule: 1, 300), copy(503, rule: 1, 2, generation: 1), copy(504, rule: 1, 3, generation: 1),
        ])
        #expect(account.counts.lost == 2)
        #expect(account.rules.map(\.lost) == [2])
        #expect(account.streams.map(\.lostOfNoRule) == [0])
    }

    @Test func `late copies of the generation before count there`() {
        let account = account([
            copy(0, rule: 1, 0), copy(3, rule: 1, 0, generation: 1), copy(2, rule: 1, 2), copy(1, rule: 1, 1),
            copy(1, rule: 1, 1),
        ])
        #expect(account.counts.received == 4)
        #expect(account.counts.lost == 0)
        #expect(account.rules.map(\.received) == [4])
        #expect(account.rules.map(\.lost) == [0])
        #expect(account.rules.map(\.reordered) == [2])
        #expect(account.rules.map(\.duplicated) == [1])
    }

    @Test func `a thousand generations keep what they counted`() {
        var copies: [CopyMetadata] = []
        for generation in 0..<1000 {
            // The second of four is lost.
            for number in [0, 2, 3] as [UInt32] {
                copies.append(
                    copy(UInt32(generation) * 4 + number, rule: 9, number, generation: UInt8(generation & 255)))
            }
        }
        let account = account(copies)
        #expect(account.rules.map(\.received) == [3000])
        #expect(account.rules.map(\.lost) == [1000])
        #expect(account.streams.map(\.lost) == [1000])
        #expect(account.streams.map(\.lostOfNoRule) == [0])
        #expect(account.sequences[0].rules.count <= CopySequence.generationLimit)
    }

    @Test func `received copies stand for as many packets as their rates say`() {
        let account = account([copy(0, 0, rate: 10), copy(1, 1, rate: 10), copy(1, 1, rate: 10), copy(2, 2, rate: 1)])
        #expect(account.rules.map(\.represents) == [21])
    }

    @Test func `whoever forges streams and rules gets no more memory, and is counted all the same`() {
        var generator = SeededGenerator(seed: 4)
        var account = SenderAccount()
        var room = AccountingRoom(sequences: 100, rules: 50)
        for _ in 0..<20_000 {
            let forged = CopyMetadata(
                stream: .random(in: 0...300, using: &generator), target: 0, cpu: 0,
                sequence: .random(in: .min ... .max, using: &generator), rule: .random(in: 0...500, using: &generator),
                generation: .random(in: .min ... .max, using: &generator),
                ruleSequence: .random(in: .min ... .max, using: &generator), originalLength: 0)
            _ = account.receive(forged, room: &room)
        }
        #expect(account.sequences.count <= 100)
        #expect(account.sequences.reduce(0) { $0 + $1.rules.count } + account.totals.rules.count <= 50)
        #expect(account.counts.received + account.counts.duplicated == 20_000)
        let rules = account.rules
        #expect(rules.reduce(0) { $0 + $1.received + $1.duplicated } == 20_000)
        #expect(rules.last?.rule == nil)
    }

    @Test func `old streams make place for new ones and stay in the sums`() {
        let limit = UInt32(AccountingRoom.sequencesOfSender)
        var copies: [CopyMetadata] = []
        for stream in 0..<limit * 3 {
            copies += [copy(0, rule: 3, 0, stream: stream), copy(2, rule: 3, 2, stream: stream)]
        }
        let account = account(copies)
        #expect(account.sequences.count == Int(limit))
        #expect(account.counts.received == UInt64(limit) * 6)
        #expect(account.counts.lost == UInt64(limit) * 3)
        #expect(account.rules.map(\.received) == [UInt64(limit) * 6])
        #expect(account.rules.map(\.lost) == [UInt64(limit) * 3])
    }

    /// A mirror as it is: streams, CPUs, generations and rules with their numbers; and a network that loses, doubles and
    /// delays. What is expected is counted from what was sent.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `random mirrors and networks are accounted for to the copy`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var sent: [(at: Int, copy: CopyMetadata)] = []
        var expected: [UInt32: (received: UInt64, lost: UInt64, duplicated: UInt64)] = [:]
        var time = 0
        for stream in 1...UInt32.random(in: 1...3, using: &generator) {
            for cpu in 0..<UInt16.random(in: 1...3, using: &generator) {
                var (sequence, generation) = (UInt32(0), UInt8(0))
                var ruleSequences: [UInt32: UInt32] = [:]
                let count = Int.random(in: 50...800, using: &generator)
                // Nothing is known of what comes before the first or behind the last of a sequence.
                func isKnown(_ index: Int, _ rule: UInt32) -> Bool { index == 0 || index >= count - 4 }
                for index in 0..<count {
                    time += 1
                    // Four rules; each has its last copy at the end, before and after which nothing is lost.
                    let isReplaced = index < count - 4 && generator.once(in: 200)
                    if isReplaced {
                        generation &+= 1
                        ruleSequences = [:]
                    }
                    let rule = index >= count - 4 ? UInt32(count - 1 - index) : .random(in: 0...3, using: &generator)
                    let metadata = copy(
                        sequence, rule: rule, ruleSequences[rule, default: 0], stream: stream, cpu: cpu,
                        generation: generation)
                    sequence += 1
                    ruleSequences[rule, default: 0] += 1
                    let isLost = !isKnown(index, rule) && generator.once(in: 10)
                    if isLost {
                        // Of which rule it was is known when that rule sends again in this generation.
                        expected[rule, default: (0, 0, 0)].lost += 1
                        continue
                    }
                    expected[rule, default: (0, 0, 0)].received += 1
                    sent.append(
                        (time + (generator.once(in: 8) ? Int.random(in: 1...60, using: &generator) : 0), metadata))
                    while generator.once(in: 12) {
                        expected[rule, default: (0, 0, 0)].duplicated += 1
                        sent.append((time + Int.random(in: 0...60, using: &generator), metadata))
                    }
                }
            }
        }
        sent.sort { ($0.at, $0.copy.sequence) < ($1.at, $1.copy.sequence) }
        let account = account(sent.map(\.copy))
        let total = expected.values.reduce((UInt64(0), UInt64(0), UInt64(0))) {
            ($0.0 + $1.received, $0.1 + $1.lost, $0.2 + $1.duplicated)
        }
        #expect(account.counts.received == total.0, "seed \(seed)")
        #expect(account.counts.lost == total.1, "seed \(seed)")
        #expect(account.counts.duplicated == total.2, "seed \(seed)")
        // A rule's losses at the very end of a generation are the stream's only.
        let ofNoRule = account.streams.reduce(0) { $0 + $1.lostOfNoRule }
        #expect(account.rules.reduce(0) { $0 + $1.lost } + ofNoRule == total.1, "seed \(seed)")
        for rule in account.rules {
            let wanted = expected[rule.rule ?? .max] ?? (0, 0, 0)
            #expect(rule.received == wanted.received, "seed \(seed), rule \(rule)")
            #expect(rule.duplicated == wanted.duplicated, "seed \(seed), rule \(rule)")
            #expect(rule.lost <= wanted.lost && wanted.lost <= rule.lost + ofNoRule, "seed \(seed), rule \(rule)")
        }
        #expect(account.rules.reduce(0) { $0 + $1.reordered } == account.counts.reordered, "seed \(seed)")
    }
}
