import TestSupport
import Testing

@testable import Collecting

@Suite struct SequenceSpaceTests {
    /// Received, lost, reordered, duplicated.
    typealias Counts = [UInt64]

    func counts(_ numbers: [UInt32]) -> Counts {
        var space = SequenceSpace()
        for number in numbers { _ = space.receive(number) }
        return [space.received, space.lost, space.reordered, space.duplicated]
    }

    @Test(
        arguments: [
            ("nothing", [], [0, 0, 0, 0]),
            ("all in order", [0, 1, 2, 3], [4, 0, 0, 0]),
            ("a collector that began late misses nothing from before", [1000, 1001], [2, 0, 0, 0]),
            ("a gap is lost as soon as a later number comes", [0, 2], [2, 1, 0, 0]),
            ("what comes late is not lost any more", [0, 2, 1], [3, 0, 1, 0]),
            ("one of three comes late", [0, 4, 2], [3, 2, 1, 0]),
            ("twice the last", [0, 1, 1], [2, 0, 0, 1]),
            ("twice an earlier one", [0, 1, 2, 0], [3, 0, 0, 1]),
            ("twice a late one", [0, 2, 1, 1], [3, 0, 1, 1]),
            ("three times", [0, 0, 0], [1, 0, 0, 2]),
            ("the first comes second", [1, 0], [2, 0, 1, 0]),
            ("the first comes late, and what is between is lost", [5, 0], [2, 4, 1, 0]),
            ("what was between comes too", [5, 0, 3, 3], [3, 3, 2, 1]),
            ("numbers wrap around", [0xffff_fffe, 0xffff_ffff, 0, 1], [4, 0, 0, 0]),
            ("a gap over the wrap", [0xffff_fffe, 2], [2, 3, 0, 0]),
            ("late from before the wrap", [0xffff_fffe, 1, 0xffff_ffff, 0], [4, 0, 2, 0]),
            ("before the first, over the wrap", [0, 0xffff_ffff], [2, 0, 1, 0]),
            ("the last place of the window", [0, 1, 65_537, 2], [4, 65_534, 1, 0]),
            ("behind the window it counts as a duplicate and stays lost", [0, 65_537, 1], [2, 65_536, 0, 1]),
            ("before the first and behind the window", [70_000, 0], [1, 0, 0, 1]),
            ("a window without anything", [0, 200_000, 199_000], [3, 199_998, 1, 0]),
            ("a place of the window is used again", [0, 2, 65_538, 65_537, 65_537], [4, 65_535, 1, 1]),
        ] as [(String, [UInt32], Counts)])
    func `received, lost, reordered and duplicated`(what: String, numbers: [UInt32], expected: Counts) {
        #expect(counts(numbers) == expected, "\(what)")
    }

    @Test func `long runs over the wrap cost no window`() {
        var space = SequenceSpace()
        for number in 0..<200_000 as Range<UInt32> { _ = space.receive(number &- 100_000) }
        #expect([space.received, space.lost, space.reordered, space.duplicated] == [200_000, 0, 0, 0])
    }

    /// The same by sets, without a window: only for numbers that come less than a window late.
    struct Reference {
        var seen: Set<Int> = []
        var counts: Counts = [0, 0, 0, 0]

        mutating func receive(_ place: Int) {
            let highest = seen.max()
            if !seen.insert(place).inserted {
                counts[3] += 1
            } else if let highest, place < highest {
                counts[2] += 1
            }
        }

        var all: Counts {
            guard let first = seen.min(), let last = seen.max() else { return [0, 0, 0, 0] }
            return [UInt64(seen.count), UInt64(last - first + 1 - seen.count), counts[2], counts[3]]
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `random losses, duplicates and delays are counted as a set counts them`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let start = generator.pick([0, 7, 0xffff_ff00, 0xffff_ffff, 0x7fff_ff00, 0x8000_0000] as [UInt32])
        let (losing, doubling, delaying) = (
            generator.pick([2, 10, 1000]), generator.pick([2, 10, 1000]), generator.pick([2, 10, 1000])
        )
        let furthest = generator.pick([3, 100, 1500])
        var arrivals: [(at: Int, place: Int)] = []
        var place = 0
        for _ in 0..<600 {
            // Bursts of losses, too, so that whole words of the window are skipped.
            place += generator.once(in: losing) ? Int.random(in: 1...200, using: &generator) : 1
            for _ in 0..<(generator.once(in: doubling) ? 2 : 1) {
                let delay = generator.once(in: delaying) ? Int.random(in: 1...furthest, using: &generator) : 0
                arrivals.append((place + delay, place))
            }
        }
        arrivals.sort { ($0.at, $0.place) < ($1.at, $1.place) }
        var (space, reference) = (SequenceSpace(), Reference())
        for arrival in arrivals {
            _ = space.receive(start &+ UInt32(arrival.place))
            reference.receive(arrival.place)
            guard [space.received, space.lost, space.reordered, space.duplicated] == reference.all else {
                Issue.record("seed \(seed): at \(arrival): \(space.received) \(space.lost), not \(reference.all)")
                return
            }
        }
    }
}
