import BPF
import Glibc
import KernelABI
import Packets
import TestSupport
import Testing

/// Bits per second, on one CPU and on two.
@Suite(.serialized)
struct BudgetTests {
    private static let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(
        from: 1, to: 2, payload: [UInt8](repeating: 0, count: 958)
    ).frame

    /// A budget of so many bits per second, as docs/design/selection.md says how it is kept.
    private static func budget(_ rate: UInt64) -> budget {
        var budget = KernelABI.budget()
        budget.cost = (8_000_000_000 << 16) / rate
        budget.burst = max(10_000_000, (1514 * budget.cost) >> 16)
        budget.window_limit = rate / 8 + rate / 800
        return budget
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// What became of a load that was offered.
    private struct Offer {
        /// When packets were selected.
        var selected: [UInt64] = []
        /// The longest time in which nothing was offered, because this thread was not let run.
        var longestGap: UInt64 = 0

        /// Whether the load was what it was meant to be. On a machine that is busy with other things it is not, and shows
        /// only that the budget is not exceeded.
        var isSteady: Bool { longestGap < 8_000_000 }
    }

    /// Offers packets at a rate per second for so many seconds.
    private static func offer(_ load: Double, for seconds: Double, to selection: LoadedSelection) throws -> Offer {
        let start = now()
        var offer = Offer()
        var count = try selection.count().selected
        var offered = 0
        var last = start
        while true {
            let time = now()
            let elapsed = Double(time - start) / 1e9
            guard elapsed < seconds else { return offer }
            guard Double(offered) < elapsed * load else {
                usleep(200)
                continue
            }
            offered += 1
            offer.longestGap = max(offer.longestGap, time - last)
            last = time
            try selection.run(frame)
            let counted = try selection.count().selected
            if counted > count { offer.selected.append(time) }
            count = counted
        }
    }

    /// The most bytes within any second.
    private static func most(_ times: [UInt64], bytes: Int) -> Int {
        var most = 0
        var first = 0
        for last in times.indices {
            while times[last] - times[first] >= 1_000_000_000 { first += 1 }
            most = max(most, (last - first + 1) * bytes)
        }
        return most
    }

    @Test(arguments: [0.5, 1, 10])
    func `no second has more than the budget, and none much less while there is enough`(factor: Double) throws {
        // 1,000 bytes of frame and 50 of tunnel, a thousand a second.
        let size = 1050
        let rate = UInt64(1000 * size * 8)
        for _ in 0..<5 {
            let selection = try LoadedSelection(
                selection(), uses: USES_MIRROR_BUDGET, mirrorBudget: Self.budget(rate), overhead: 50)
            let offer = try Self.offer(1000 * factor, for: 2.5, to: selection)
            let most = Self.most(offer.selected, bytes: size)
            #expect(most <= 1000 * size * 101 / 100, "\(most)")
            let counted = try selection.count()
            #expect(counted.selected + counted.overBudget == counted.matched)
            guard offer.isSteady else { continue }
            if factor < 1 {
                #expect(counted.overBudget == 0)
            } else if factor > 1 {
                // Two whole seconds and a half, and of the budget all but a hundredth.
                #expect(counted.selected > 2450, "\(counted)")
            }
            return
        }
        Issue.record("no load was steady: that the budget is made use of was not shown", severity: .warning)
    }

    @Test
    func `both budgets hold, and what one refuses the other does not pay`() throws {
        let size = 1050
        var rule = selection()
        rule.budget = 1
        let selection = try LoadedSelection(
            rule, uses: USES_MIRROR_BUDGET | USES_RULE_BUDGETS, budget: Self.budget(UInt64(400 * size * 8)),
            mirrorBudget: Self.budget(UInt64(800 * size * 8)), overhead: 50)
        let offer = try Self.offer(5000, for: 1.5, to: selection)
        #expect(Self.most(offer.selected, bytes: size) <= 404 * size)
        let budgets = try selection.object.map(named: "mirror_budget").allBytes()
        let window = budgets.withUnsafeBytes { $0.load(fromByteOffset: 48, as: UInt64.self) }
        #expect(window <= 410 * UInt64(size))
    }

    @Test
    func `a budget is one for all CPUs`() async throws {
        let size = 1050
        for _ in 0..<5 {
            let selection = try LoadedSelection(
                selection(), uses: USES_MIRROR_BUDGET, mirrorBudget: Self.budget(UInt64(1000 * size * 8)), overhead: 50)
            let program = try selection.object.program(named: "select_ingress")
            let start = Self.now()
            let gaps = await withTaskGroup(of: UInt64.self) { group in
                for cpu in 0..<2 { group.addTask { onCPU(cpu) { Self.flood(program, for: 2_000_000_000) } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let seconds = Double(Self.now() - start) / 1e9
            let counted = try selection.count()
            #expect(counted.overBudget > 0)
            // One may have begun when the other had ended: so many windows of 121 slots, one of them cut off.
            #expect(Double(counted.selected) <= 1010 * (seconds / 1.015 + 1), "\(counted) in \(seconds) s")
            // One of them can have it all when the other is not let run.
            guard gaps.contains(where: { $0 < 8_000_000 }) else { continue }
            #expect(counted.selected >= 1900, "\(counted)")
            return
        }
        Issue.record("no load was steady: that the budget is made use of was not shown", severity: .warning)
    }

    /// Runs a program on packets as fast as it goes; the longest time in which it did not.
    private static func flood(_ program: Program, for nanoseconds: UInt64) -> UInt64 {
        let start = now()
        var last = start
        var gap: UInt64 = 0
        while last - start < nanoseconds {
            _ = try? program.testRun(frame, context: PacketContext())
            let time = now()
            gap = max(gap, time - last)
            last = time
        }
        return gap
    }
}
