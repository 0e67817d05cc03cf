import Packets
import TestSupport
import Testing

/// What the kernel side sees of a packet is what the reference sees of it.
struct PacketFieldsTests {
    private let facts: Facts

    init() throws {
        facts = try Facts()
    }

    private func compare(_ frame: [UInt8], _ comment: @autoclosure () -> String) throws {
        let (expected, seen) = (Facts.expected(PacketFields(frame: frame)), try facts.read(frame))
        if expected != seen { Issue.record("\(comment()): \(expected) expected, \(seen) seen in \(frame)") }
    }

    @Test
    func `hand-made frames, cut off at every length`() throws {
        for (name, frame) in HandMadeFrames.all {
            for length in Ethernet.headerLength...frame.count {
                try compare(Array(frame[..<length]), "\(name), \(length) bytes")
            }
        }
    }

    @Test
    func `random frames, whole, damaged and cut off`() throws {
        for seed in UInt64(0)..<3_000 {
            var random = SeededGenerator(seed: seed)
            var frame = random.frame().frame
            if random.once(in: 2) {
                for _ in 0...Int.random(in: 0...3, using: &random) {
                    frame[Int.random(in: 12..<min(frame.count, 90), using: &random)] = random.bytes(1)[0]
                }
            }
            if random.once(in: 3) {
                frame.removeLast(Int.random(in: 0...frame.count - Ethernet.headerLength, using: &random))
            }
            try compare(frame, "seed \(seed)")
        }
    }

    @Test
    func `a tag beside the bytes is like one in the bytes`() throws {
        var tagged = 0
        for (name, frame) in HandMadeFrames.all where frame.count >= 18 {
            let type = UInt16(frame[12]) << 8 | UInt16(frame[13])
            guard [Ethernet.vlan, Ethernet.serviceVLAN].contains(type) else { continue }
            let contents = UInt32(frame[14]) << 8 | UInt32(frame[15])
            let bare = Array(frame[..<12] + frame[16...])
            for length in Ethernet.headerLength...bare.count {
                let whole = Array(frame[..<(length + 4)])
                let seen = try facts.read(Array(bare[..<length]), tag: UInt32(type) << 16 | contents)
                #expect(seen == Facts.expected(PacketFields(frame: whole)), "\(name), \(length) bytes and a tag")
            }
            tagged += 1
        }
        #expect(tagged > 20)
    }
}
