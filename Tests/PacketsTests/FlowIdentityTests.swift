@testable import Packets
import TestSupport
import Testing

struct FlowIdentityTests {
    @Test("The hash is SipHash-1-3, as a plain implementation by its definition has it") func definition() {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            let key = (
                UInt64.random(in: .min ... .max, using: &random), UInt64.random(in: .min ... .max, using: &random)
            )
            let words = (0..<5).map { _ in UInt64.random(in: .min ... .max, using: &random) }
            let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
            #expect(
                SipHash.hash(key: key, words[0], words[1], words[2], words[3], words[4])
                    == PlainSipHash(rounds: 1, finalRounds: 3, key: key).hash(bytes), "seed \(seed)")
        }
    }

    @Test("The plain implementation gives the vectors of SipHash's authors") func vectors() {
        // Aumasson and Bernstein, SipHash: a fast short-input PRF, appendix A: SipHash-2-4 of the bytes 0 to 14.
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        let hash = PlainSipHash(rounds: 2, finalRounds: 4, key: key).hash(Array(0..<15))
        #expect(hash == 0xa129_ca61_49be_45e5)
    }

    private static let there = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2")
    private static let back = FrameBuilder().ipv4(from: "10.0.0.2", to: "10.0.0.1")

    private static func flow(_ frame: [UInt8]) -> FlowIdentity? { FlowIdentity(frame: frame) }

    @Test("Both directions are one flow, and whatever differs is another") func directions() throws {
        let flow = try #require(Self.flow(Self.there.tcp(from: 40000, to: 443).frame))
        #expect(Self.flow(Self.back.tcp(from: 443, to: 40000).frame) == flow)
        let others = [
            Self.there.tcp(from: 40001, to: 443).frame, Self.there.tcp(from: 443, to: 40000).frame,
            Self.there.udp(from: 40000, to: 443).frame,
            FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.3").tcp(from: 40000, to: 443).frame,
            FrameBuilder().ipv6(from: "a00:1::", to: "a00:2::").tcp(from: 40000, to: 443).frame,
        ]
        for other in others { #expect(Self.flow(other) != flow) }
    }

    @Test("Ports decide where both addresses are one") func loopback() {
        let builder = FrameBuilder().ipv4(from: "127.0.0.1", to: "127.0.0.1")
        #expect(Self.flow(builder.udp(from: 5, to: 9).frame) == Self.flow(builder.udp(from: 9, to: 5).frame))
        #expect(Self.flow(builder.udp(from: 5, to: 9).frame) != Self.flow(builder.udp(from: 5, to: 8).frame))
    }

    @Test("The flows that the kernel checks expect are those of seed 7") func kernelChecks() {
        // Tests/KernelMatrix/cases/9-selection.sh: pings between 10.1.0.101 to 140 and 10.1.0.2.
        let sampled = (UInt32(101)...140).filter { host in
            let frame = FrameBuilder().ipv4(from: .ipv4(0x0a01_0000 | host), to: "10.1.0.2").icmp(type: 8).frame
            return Self.flow(frame)?.isSampled(oneOf: 4, seed: 7) == true
        }
        #expect(sampled == [103, 107, 111, 119, 120, 123, 137, 139])
    }

    @Test("One flow in N is sampled, and a larger N takes from what a smaller one takes") func rates() {
        var counts: [UInt32: Int] = [:]
        for port in UInt16(0)..<20_000 {
            guard let flow = Self.flow(Self.there.udp(from: port, to: 53).frame) else { continue }
            var previous = true
            for rate in [1, 2, 10, 100] as [UInt32] {
                let sampled = flow.isSampled(oneOf: rate, seed: 7)
                #expect(previous || !sampled)
                previous = sampled
                if sampled { counts[rate, default: 0] += 1 }
            }
        }
        #expect(counts[1] == 20_000)
        // Five standard deviations of a binomial distribution.
        for (rate, count) in counts where rate > 1 {
            let share = 1 / Double(rate)
            let deviation = (20_000 * share * (1 - share)).squareRoot()
            #expect(abs(Double(count) - 20_000 * share) < 5 * deviation, "1/\(rate): \(count)")
        }
    }
}

/// SipHash as its paper defines it, for any bytes and numbers of rounds.
private struct PlainSipHash {
    let rounds: Int
    let finalRounds: Int
    let key: (UInt64, UInt64)

    func hash(_ bytes: [UInt8]) -> UInt64 {
        var state: [UInt64] = [
            key.0 ^ 0x736f_6d65_7073_6575, key.1 ^ 0x646f_7261_6e64_6f6d, key.0 ^ 0x6c79_6765_6e65_7261,
            key.1 ^ 0x7465_6462_7974_6573,
        ]
        var padded = bytes
        while padded.count % 8 != 7 { padded.append(0) }
        padded.append(UInt8(truncatingIfNeeded: bytes.count))
        for start in stride(from: 0, to: padded.count, by: 8) {
            let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(padded[start + $1]) << UInt64(8 * $1) }
            state[3] ^= word
            for _ in 0..<rounds { Self.round(&state) }
            state[0] ^= word
        }
        state[2] ^= 0xff
        for _ in 0..<finalRounds { Self.round(&state) }
        return state.reduce(0, ^)
    }

    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }

    private static func round(_ state: inout [UInt64]) {
        state[0] &+= state[1]
        state[2] &+= state[3]
        state[1] = rotated(state[1], 13) ^ state[0]
        state[3] = rotated(state[3], 16) ^ state[2]
        state[0] = rotated(state[0], 32)
        state[2] &+= state[1]
        state[0] &+= state[3]
        state[1] = rotated(state[1], 17) ^ state[2]
        state[3] = rotated(state[3], 21) ^ state[0]
        state[2] = rotated(state[2], 32)
    }
}
