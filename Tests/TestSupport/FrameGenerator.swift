/// Ethernet frames with values that the corpus asks for, well-formed and not, from a seed.
public struct FrameGenerator {
    private var random: SeededGenerator

    public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The next frame, of at least `minimum` bytes.
    public mutating func frame(minimum: Int = 14) -> [UInt8] {
        if random.chance(4) { return random.bytes(Int.random(in: minimum...200, using: &random)) }
        var frame = address() + address()
        for _ in 0..<random.pick([0, 0, 0, 0, 1, 1, 1, 2, 2, 3]) { frame += tag() }
        frame += typed()
        if random.chance(10) { frame += random.bytes(random.pick([1, 7, 46, 1400, 2000])) }
        if random.chance(12) {
            frame = Array(frame.prefix(Int.random(in: minimum...max(minimum, frame.count), using: &random)))
        }
        if random.chance(8) { frame[random.pick(Array(frame.indices))] = UInt8.random(in: 0...255, using: &random) }
        if random.chance(20), frame.count < 60 { frame += [UInt8](repeating: 0, count: 60 - frame.count) }
        return frame.count < minimum ? frame + [UInt8](repeating: 0, count: minimum - frame.count) : frame
    }

    public mutating func tag() -> [UInt8] {
        random.pick([[0x81, 0x00], [0x81, 0x00], [0x88, 0xa8]])
            + be(
                random.pick([
                    0, 5, 5, 100, 100, 4095, 0xa005, 0x1064, UInt16.random(in: 0...UInt16.max, using: &random),
                ]))
    }

    private mutating func address() -> [UInt8] {
        random.pick([
            [2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 2],
            [255, 255, 255, 255, 255, 255], [1, 0, 0x5e, 0, 0, 1], [0x33, 0x33, 0, 0, 0, 1], random.bytes(6),
        ])
    }

    /// A type and what belongs to it.
    private mutating func typed() -> [UInt8] {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: return be(0x0800) + ipv4()
        case 45..<68: return be(0x86dd) + ipv6()
        case 68..<73: return be(0x0806) + arp(operation: random.pick([1, 2]))
        case 73..<75: return be(0x8035) + arp(operation: random.pick([3, 4]))
        case 75..<80: return be(0x8847) + mpls()
        case 80..<85: return be(0x8864) + session()
        case 85..<86: return be(0x8863) + [0x11, 0x09, 0, 0, 0, 4, 1, 1, 0, 0]
        case 86..<95: return linkControl()
        default:
            let types: [UInt16] = [
                0x88cc, 0x6000, 0x6001, 0x6002, 0x6004, 0x6007, 0x809b, 0x80f3, 0x8137, 0x8848, 0x9100,
                UInt16.random(in: 0...UInt16.max, using: &random),
            ]
            return be(random.pick(types + [0x6003])) + random.bytes(random.pick([0, 3, 30, 60]))
        }
    }

    private mutating func linkControl() -> [UInt8] {
        let heads: [[UInt8]] = [
            [0x42, 0x42, 0x03, 0, 0, 0], [0xe0, 0xe0, 0x03, 0xff, 0xff], [0xff, 0xff, 0, 30],
            [0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00], [0xaa, 0xaa, 0x03, 8, 0, 7, 0x80, 0x9b],
            [0xaa, 0xaa, 0x03, 0, 0, 0, 0x81, 0x37], [0xf0, 0xf0, 0x03], [0xaa, 0xaa, 0x03, 0, 0, 0, 0x80, 0xf3],
        ]
        let iso: [UInt8] =
            [0xfe, 0xfe, 0x03, random.pick([0x81, 0x82, 0x83, 0x83, 0x83]), 27, 1, 0]
            + [random.pick([15, 16, 17, 18, 20, 24, 25, 26, 27]), 1, 0, 0]
        let control: [UInt8] = [
            random.pick([0x04, 0xfe]), 0x04,
            random.pick([0x00, 0x01, 0x05, 0x09, 0x03, 0x63, 0x43, 0x6f, 0xe3, 0xaf, 0x87, 0x0f]), 0x10,
        ]
        let body = random.pick(heads + [iso, iso, iso, control, control, control]) + random.bytes(30)
        return be(UInt16(body.count)) + body
    }

    private mutating func arp(operation: UInt16) -> [UInt8] {
        be(1) + be(0x0800) + [6, 4] + be(operation) + address() + ipv4Address() + address() + ipv4Address()
    }

    private mutating func mpls() -> [UInt8] {
        let depth = random.pick([1, 1, 2, 3])
        let labels = (0..<depth).flatMap { level -> [UInt8] in
            let label: UInt32 = random.pick([16, 17, 3])
            return word(label << 12 | (level == depth - 1 ? 0x100 : 0) | 64)
        }
        return labels + (random.chance(70) ? ipv4() : ipv6())
    }

    private mutating func session() -> [UInt8] {
        [0x11, 0] + be(random.pick([7, 8])) + be(100) + (random.chance(60) ? be(0x0021) + ipv4() : be(0x0057) + ipv6())
    }

    private mutating func ipv4Address() -> [UInt8] {
        random.pick([
            [10, 0, 0, 1], [10, 0, 0, 2], [192, 168, 1, 7], [10, 200, 3, 4], [224, 0, 0, 5], random.bytes(4),
        ])
    }

    private mutating func ipv6Address() -> [UInt8] {
        let global: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        return random.pick([
            global + [1], global + [2], [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], random.bytes(16),
        ])
    }

    private mutating func ipv4(depth: Int = 0) -> [UInt8] {
        let options = random.chance(25) ? random.bytes(4 * Int.random(in: 1...10, using: &random)) : []
        let length = random.chance(3) ? Int.random(in: 0...15, using: &random) : 5 + options.count / 4
        let number: UInt8 = random.pick([6, 6, 6, 6, 17, 17, 17, 1, 2, 9, 41, 47, 50, 51, 103, 112, 132, 0, 59, 255])
        let fragment: UInt16 = random.pick([0, 0, 0, 0x4000, 0x4000, 0x2000, 0x2001, 0x00b9])
        let payload = transport(number, depth: depth)
        let head: [UInt8] =
            [0x40 | UInt8(length), random.pick([0, 1, 28, 184])]
            + be(UInt16(truncatingIfNeeded: 20 + options.count + payload.count))
            + be(UInt16.random(in: 0...UInt16.max, using: &random)) + be(fragment)
        return head + [random.pick([1, 2, 33, 64, 64, 128]), number, 0, 0] + ipv4Address() + ipv4Address() + options
            + payload
    }

    private mutating func ipv6(depth: Int = 0) -> [UInt8] {
        let number: UInt8 = random.pick([6, 6, 6, 17, 17, 58, 58, 59, 132, 0, 60, 43, 44, 51, 103])
        let payload = transport(number, depth: depth)
        return [0x60, 0, 0, 0] + be(UInt16(truncatingIfNeeded: payload.count)) + [number, 64] + ipv6Address()
            + ipv6Address() + payload
    }

    private mutating func transport(_ number: UInt8, depth: Int) -> [UInt8] {
        switch number {
        case 6:
            let options = random.bytes(random.pick([0, 0, 12, 4]))
            let data: [UInt8] = random.chance(30) ? Array("GET / HTTP/1.1".utf8) : []
            return ports() + word(UInt32.random(in: 0...UInt32.max, using: &random)) + word(UInt32(0))
                + [UInt8(5 + options.count / 4) << 4, random.pick([2, 0x12, 0x10, 0x10, 0x18, 1, 4, 0])]
                + be(1024) + word(UInt32(0)) + options + data
        case 17:
            if depth == 0, random.chance(30) { return geneve() }
            return ports() + be(random.pick([8, 40, 60])) + be(0) + random.bytes(random.pick([0, 4, 12, 40]))
        case 132: return ports() + random.bytes(8)
        case 1: return [random.pick([0, 3, 8, 11]), random.pick([0, 1, 3]), 0, 0] + random.bytes(12)
        case 58: return [random.pick([1, 128, 129, 133, 135, 136]), 0, 0, 0] + random.bytes(20)
        case 2: return [random.pick([0x16, 0x11]), 0] + random.bytes(6)
        case 103: return [0x20, 0, 0, 0]
        case 112: return [random.pick([0x21, 0x31]), 1, 100, 1, 0, 1, 0, 0]
        case 0, 43, 60, 44:
            let next: UInt8 = random.pick([6, 17, 58, 0, 60, 43, 44, 51, 59])
            let length = number == 44 ? 0 : random.pick([0, 0, 1, 2])
            return depth > 40
                ? [] : [next, UInt8(length)] + random.bytes(6 + 8 * length) + transport(next, depth: depth + 1)
        case 51:
            let next: UInt8 = random.pick([6, 17, 51, 58])
            return depth > 40
                ? []
                : [next, random.pick([1, 2, 4])] + random.bytes(random.pick([10, 14, 22]))
                    + transport(next, depth: depth + 1)
        default: return random.bytes(random.pick([0, 8, 40]))
        }
    }

    private mutating func geneve() -> [UInt8] {
        let options = random.pick([0, 0, 1, 3])
        let inner =
            random.chance(60)
            ? address() + address() + (random.chance(30) ? tag() : []) + be(0x0800) + ipv4(depth: 1) : ipv4(depth: 1)
        let type: UInt16 = inner.first.map { $0 & 0xf0 } == 0x40 ? 0x0800 : 0x6558
        return be(50_000) + be(6081) + be(100) + be(0) + [UInt8(options), 0] + be(type) + [
            0, 0, random.pick([9, 8]), 0,
        ]
            + random.bytes(4 * options) + inner
    }

    private mutating func ports() -> [UInt8] {
        let ports: [UInt16] = [
            80, 80, 443, 53, 53, 22, 67, 68, 4789, 0, 65535, UInt16.random(in: 0...UInt16.max, using: &random),
        ]
        return be(random.pick(ports)) + be(random.pick(ports))
    }

    private func be(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }

    private func word(_ value: UInt32) -> [UInt8] {
        be(UInt16(value >> 16)) + be(UInt16(truncatingIfNeeded: value))
    }
}

extension SeededGenerator {
    /// True so many times in a hundred.
    public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
