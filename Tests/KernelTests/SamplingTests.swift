import KernelABI
import Packets
import Rules
import TestSupport
import Testing

/// One in N, of packets and of flows.
struct SamplingTests {
    private static let client: IPAddress = "10.0.0.1"
    private static let server: IPAddress = "10.0.0.2"
    private static let ipv4 = FrameBuilder().ipv4(from: client, to: server)

    /// Random frames of every kind that there is.
    private static func frames(_ count: Int, seed: UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in random.frame().frame }
    }

    @Test
    func `the kernel selects exactly the flows that user space says, of every kind of packet`() throws {
        let selection = try LoadedSelection(.sampling(3, by: SAMPLE_FLOWS), uses: USES_FLOW_SAMPLING)
        var selected = 0
        for frame in Self.frames(3_000, seed: 1) + HandMadeFrames.all.map(\.frame) {
            guard let flow = FlowIdentity(frame: frame) else { continue }
            let expected = flow.isSampled(oneOf: 3, seed: LoadedSelection.seed)
            // A later fragment may belong to the flow of a first one that was seen before.
            let fields = PacketFields(frame: frame)
            if fields.isFragment, fields.sourcePort == nil { continue }
            #expect(try selection.selects(frame) == expected, "\(frame)")
            if expected { selected += 1 }
        }
        #expect(selected > 600)
        let counted = try selection.count()
        #expect(counted.selected + counted.sampledOut == counted.matched)
    }

    @Test
    func `both directions of a flow are selected or neither is`() throws {
        let selection = try LoadedSelection(.sampling(2, by: SAMPLE_FLOWS), uses: USES_FLOW_SAMPLING)
        let back = FrameBuilder().ipv4(from: Self.server, to: Self.client)
        var counts = [0, 0]
        for port in UInt16(1000)..<1500 {
            let there = try selection.selects(Self.ipv4.tcp(from: port, to: 443).frame, .egress)
            #expect(try selection.selects(back.tcp(from: 443, to: port).frame, .ingress) == there)
            counts[there ? 1 : 0] += 1
        }
        #expect(counts.allSatisfy { $0 > 150 })
    }

    @Test
    func `fragments follow their flow, once its first fragment was seen`() throws {
        let selection = try LoadedSelection(.sampling(2, by: SAMPLE_FLOWS), uses: USES_FLOW_SAMPLING)
        var counts = [0, 0]
        for port in UInt16(1000)..<1100 {
            let datagram = FrameBuilder().ipv4(from: Self.client, to: Self.server, identification: port)
                .udp(from: port, to: 53, payload: [UInt8](repeating: 1, count: 100))
            let expected = try #require(FlowIdentity(frame: datagram.frame))
                .isSampled(oneOf: 2, seed: LoadedSelection.seed)
            for fragment in datagram.fragments(of: 40) { #expect(try selection.selects(fragment) == expected) }
            counts[expected ? 1 : 0] += 1
        }
        #expect(counts.allSatisfy { $0 > 25 })
    }

    /// Pearson's chi-square of the numbers in cells that should be equal.
    private static func chiSquare(_ cells: [Int]) -> Double {
        let expected = Double(cells.reduce(0, +)) / Double(cells.count)
        return cells.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }

    /// The kernel's random numbers cannot be seeded: the bounds are such that one run in ten thousand fails or fewer.
    @Test(arguments: [2, 10, 64] as [UInt32])
    func `packets are sampled at the rate, and independently of what came before`(rate: UInt32) throws {
        let selection = try LoadedSelection(.sampling(rate, by: SAMPLE_PACKETS), uses: USES_SAMPLING)
        let frame = Self.ipv4.tcp(from: 1, to: 2).frame
        let count = 20_000
        var chosen: [Int] = []
        for number in 0..<count where try selection.selects(frame) { chosen.append(number) }
        let share = 1 / Double(rate)
        let deviation = (Double(count) * share * (1 - share)).squareRoot()
        #expect(abs(Double(chosen.count) - Double(count) * share) < 4 * deviation, "\(chosen.count) of \(count)")
        // In each of 16 places of the sequence as many: 15 degrees of freedom, 99.99 % lie below 44.3.
        var places = [Int](repeating: 0, count: 16)
        for number in chosen { places[number % 16] += 1 }
        #expect(Self.chiSquare(places) < 44.3, "\(places)")
        // The numbers of those that are left out in between are geometrically distributed: half of them lie below.
        let gaps = zip(chosen.dropFirst(), chosen).map { $0 - $1 }
        let atOnce = gaps.count { $0 == 1 }
        let gapDeviation = (Double(gaps.count) * share * (1 - share)).squareRoot()
        #expect(abs(Double(atOnce) - Double(gaps.count) * share) < 4.5 * gapDeviation, "\(atOnce) of \(gaps.count)")
    }

    @Test(arguments: [2, 10, 64] as [UInt32])
    func `flows are sampled at the rate, evenly over hosts and ports`(rate: UInt32) throws {
        // By user space's hash, which the first test holds against the kernel's.
        var cells = [Int](repeating: 0, count: 16)
        var total = 0
        for host in UInt32(0)..<64 {
            for port in UInt16(0)..<1000 {
                let frame = FrameBuilder().ipv4(from: .ipv4(0x0a00_0000 | host), to: Self.server)
                    .udp(from: port, to: 53).frame
                guard let flow = FlowIdentity(frame: frame) else { continue }
                if flow.isSampled(oneOf: rate, seed: 5) {
                    cells[Int(host) % 16] += 1
                    total += 1
                }
            }
        }
        let share = 1 / Double(rate)
        let deviation = (64_000 * share * (1 - share)).squareRoot()
        #expect(abs(Double(total) - 64_000 * share) < 4 * deviation)
        #expect(Self.chiSquare(cells) < 44.3)
    }

    @Test
    func `the brake samples flows of those that are left, and stops all`() throws {
        let selection = try LoadedSelection(
            .sampling(2, by: SAMPLE_FLOWS), uses: USES_FLOW_SAMPLING | USES_BRAKE)
        let frames = (UInt16(1000)..<2000).map { Self.ipv4.tcp(from: $0, to: 443).frame }
        let before = try frames.filter { try selection.selects($0) }
        try selection.set(brake(snaplen: 0, sampling_rate: 4, sampling_bound: 1 << 30, stopped: 0))
        let braked = try frames.filter { try selection.selects($0) }
        #expect(Set(braked).isSubset(of: before))
        // A quarter of 500, give or take five standard deviations.
        #expect(abs(braked.count - before.count / 4) < 50, "\(braked.count) of \(before.count)")
        try selection.set(brake(snaplen: 0, sampling_rate: 4, sampling_bound: 1 << 30, stopped: 1))
        #expect(try !frames.contains { try selection.selects($0) })
        let counted = try selection.count()
        #expect(counted.overBudget == braked.count)
        #expect(counted.matched == 3000)
    }
}
