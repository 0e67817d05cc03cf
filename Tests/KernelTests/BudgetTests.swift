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

    /// Times at which packets were selected, of a load in packets per second that lasts for so many seconds.
    private static func offer(_ load: Double, for seconds: Double, to selection: LoadedSelection) throws -> [UInt64] {
        let start = now()
        var selected: [UInt64] = []
        var count = try selection.count().selected
        var offered = 0
        while true {
            let elapsed = Double(now() - start) / 1e9
            guard elapsed < seconds else { return selected }
            guard Double(offered) < elapsed * load else {
                usleep(200)
                continue
            }
            offered += 1
            let before = now()
            try selection.run(frame)
            let counted = try selection.count().selected
            if counted > count { selected.append(before) }
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
        let selection = try LoadedSelection(
            selection(), uses: USES_MIRROR_BUDGET, mirrorBudget: Self.budget(rate), overhead: 50)
        let times = try Self.offer(1000 * factor, for: 2.5, to: selection)
        let most = Self.most(times, bytes: size)
        #expect(most <= 1000 * size * 101 / 100, "\(most)")
        let counted = try selection.count()
        #expect(counted.selected + counted.overBudget == counted.matched)
        if factor < 1 {
            #expect(counted.overBudget == 0)
        } else if factor > 1 {
            // Two whole seconds and a half: all of the budget but a hundredth, and what a busy machine did not offer.
            #expect(counted.selected > 2300, "\(counted)")
        }
    }

    @Test
    func `both budgets hold, and what one refuses the other does not pay`() throws {
        let size = 1050
        var rule = selection()
        rule.budget = 1
        let selection = try LoadedSelection(
            rule, uses: USES_MIRROR_BUDGET | USES_RULE_BUDGETS, budget: Self.budget(UInt64(400 * size * 8)),
            mirrorBudget: Self.budget(UInt64(800 * size * 8)), overhead: 50)
        let times = try Self.offer(5000, for: 1.5, to: selection)
        #expect(Self.most(times, bytes: size) <= 404 * size)
        let budgets = try selection.object.map(named: "mirror_budget").allBytes()
        let window = budgets.withUnsafeBytes { $0.load(fromByteOffset: 48, as: UInt64.self) }
        #expect(window <= 410 * UInt64(size))
    }

    @Test
    func `a budget is one for all CPUs`() async throws {
        let size = 1050
        let selection = try LoadedSelection(
            selection(), uses: USES_MIRROR_BUDGET, mirrorBudget: Self.budget(UInt64(1000 * size * 8)), overhead: 50)
        let program = try selection.object.program(named: "select_ingress")
        let seconds = 2.0
        await withTaskGroup(of: Void.self) { group in
            for cpu in 0..<2 {
                group.addTask {
                    onCPU(cpu) {
                        let start = Self.now()
                        while Double(Self.now() - start) / 1e9 < seconds {
                            _ = try? program.testRun(Self.frame, context: PacketContext())
                        }
                    }
                }
            }
        }
        let counted = try selection.count()
        #expect(counted.overBudget > 1000)
        // Two seconds are touched by at most 2.03 seconds' slots, and begin with a burst.
        #expect(counted.selected <= 1010 * 2 + 30, "\(counted)")
        #expect(counted.selected >= 1900, "\(counted)")
    }
}
