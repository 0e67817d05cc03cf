import TestSupport
import Testing

@testable import Packets

@Suite struct FlowHashTests {
    @Test(arguments: 0..<4 as Range<UInt64>)
    func `both directions of a conversation have one port`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let fields = PacketFields(frame: generator.frame().frame)
            var back = fields
            swap(&back.source, &back.destination)
            swap(&back.sourcePort, &back.destinationPort)
            #expect(fields.flowSourcePort == back.flowSourcePort, "seed \(seed)")
            #expect(fields.flowSourcePort >= 49152, "seed \(seed)")
        }
    }

    @Test func `all fragments of a datagram have one port`() {
        let payload = [UInt8](repeating: 7, count: 3000)
        let ipv4 = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1000, to: 53, payload: payload)
        #expect(Set(ipv4.fragments(of: 1000).map { PacketFields(frame: $0).flowSourcePort }).count == 1)
        // The first fragment ends the chain at UDP, later ones stop at the destination options.
        let options = IPv6Extension(number: IPProtocol.destinationOptions, length: 8)
        let ports = [(UInt16(0), true), (64, true), (128, false)].map { offset, more in
            let frame = FrameBuilder()
                .ipv6(from: "::1", to: "::2", extensions: [.fragment(offset: offset, more: more), options])
                .udp(from: 1000, to: 53)
            return PacketFields(frame: frame.frame).flowSourcePort
        }
        #expect(Set(ports).count == 1)
    }

    @Test func `what is not IP has a port too`() {
        #expect(PacketFields().flowSourcePort == PacketFields(frame: [1, 2, 3]).flowSourcePort)
    }

    @Test func `the hash of a known flow does not change`() {
        let hash = FlowHash.hash(
            foldedSource: 0x0a00_0001, foldedDestination: 0x0a00_0002, sourcePort: 40000, destinationPort: 443,
            ipProtocol: 6)
        #expect(hash == reference(0x0a00_0001, 0x0a00_0002, 40000, 443, 6))
        #expect(FlowHash.sourcePort(hash: 0xffff_ffff) == 65535)
        #expect(FlowHash.sourcePort(hash: 0) == 49152)
    }

    /// The formula of the documentation, in 64-bit arithmetic.
    private func reference(_ a: UInt64, _ b: UInt64, _ sp: UInt64, _ dp: UInt64, _ n: UInt64) -> UInt32 {
        let mask: UInt64 = 0xffff_ffff
        var h = n * 0x9e37_79b1 & mask
        for (word, factor, shift) in [
            (a ^ b, 0x85eb_ca6b, 15), ((a + b) & mask, 0xc2b2_ae35, 13),
            (((sp ^ dp) << 16) ^ (sp + dp), 0x27d4_eb2f, 15),
            (0, 0x85eb_ca6b, 16),
        ] as [(UInt64, UInt64, UInt64)] {
            h = (h ^ word) * factor & mask
            h ^= h >> shift
        }
        return UInt32(h)
    }

    /// Neighbouring addresses and ports are what real clients have. With 16,384 buckets of a mean of 4, the
    /// statistic is normal with mean 16,383 and deviation 181; six deviations never happen by chance.
    @Test(arguments: ["addresses", "ports", "both"])
    func `neighbouring flows spread evenly over the ports`(kind: String) {
        var counts = [Int](repeating: 0, count: 16384)
        for index in 0..<65536 as Range<UInt32> {
            let hash =
                switch kind {
                case "addresses":
                    FlowHash.hash(
                        foldedSource: 0x0a00_0000 + index, foldedDestination: 0xc0a8_0001, sourcePort: 40000,
                        destinationPort: 443, ipProtocol: 6)
                case "ports":
                    FlowHash.hash(
                        foldedSource: 0x0a00_0001, foldedDestination: 0xc0a8_0001,
                        sourcePort: UInt16(truncatingIfNeeded: index), destinationPort: 443, ipProtocol: 6)
                default:
                    FlowHash.hash(
                        foldedSource: 0x0a00_0000 + index >> 8, foldedDestination: 0xc0a8_0001,
                        sourcePort: 32768 + UInt16(index & 0xff), destinationPort: 443, ipProtocol: 6)
                }
            counts[Int(FlowHash.sourcePort(hash: hash)) - 49152] += 1
        }
        let statistic = counts.reduce(0.0) { $0 + (Double($1) - 4) * (Double($1) - 4) / 4 }
        #expect(statistic < 16383 + 6 * 181)
    }

    @Test func `changing one bit of one field changes half of the hash`() {
        var generator = SeededGenerator(seed: 42)
        var changed = 0
        let rounds = 4000
        for _ in 0..<rounds {
            let source = UInt32.random(in: 0...UInt32.max, using: &generator)
            let destination = UInt32.random(in: 0...UInt32.max, using: &generator)
            let port = UInt16.random(in: 0...65535, using: &generator)
            let bit = UInt32(1) << UInt32.random(in: 0..<32, using: &generator)
            func hash(_ address: UInt32) -> UInt32 {
                FlowHash.hash(
                    foldedSource: address, foldedDestination: destination, sourcePort: port, destinationPort: 443,
                    ipProtocol: 6)
            }
            changed += (hash(source) ^ hash(source ^ bit)).nonzeroBitCount
        }
        #expect((15.5...16.5).contains(Double(changed) / Double(rounds)))
    }
}
