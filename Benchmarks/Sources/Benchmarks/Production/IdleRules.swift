import Foundation

/// Rules that are near the traffic of a `ProductionSite` and match none of it.
struct IdleRules {
    let count: Int
    let seed: UInt64

    /// Writes them as a rule file.
    func write(to path: String) throws {
        var random = SplitMix(state: seed)
        let rules = (0..<count).map { number in
            "  - {name: r\(number), action: mirror, \(fields(&random))}"
        }
        try ("rules:\n" + rules.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Addresses within 10.0.0.0/8 of any prefix length, so that those of the traffic are in many of them, and ports below
    /// the traffic's.
    private func fields(_ random: inout SplitMix) -> String {
        let name = ["tcp", "udp"][Int.random(in: 0...1, using: &random)]
        let first = Int.random(in: 1..<1000, using: &random)
        let last = Int.random(in: first...1000, using: &random)
        return "protocol: \(name), source: \(prefix(&random)), destination: \(prefix(&random)), "
            + "destination-port: \(first)-\(last)"
    }

    private func prefix(_ random: inout SplitMix) -> String {
        let length = Int.random(in: 8...28, using: &random)
        // Half of them hold the traffic's own addresses.
        let low: UInt32 = Bool.random(using: &random) ? 0 : UInt32.random(in: 0..<1 << 24, using: &random)
        let address = (10 << 24 | low) & (UInt32.max << UInt32(32 - length))
        return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)/\(length)"
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014): the same rules on every
    /// machine.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }
}
