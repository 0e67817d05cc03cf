import Glibc
import TestSupport
import Testing

@testable import Mirroring

@Suite struct ProcessorTimesTests {
    private static func busiest(_ before: String, _ after: String) throws -> BrakeReading.Processor? {
        var window = SoftirqWindow()
        let start = ContinuousClock.now
        window.add(try ProcessorTimes.parse(before), at: start)
        window.add(try ProcessorTimes.parse(after), at: start + .seconds(1))
        return window.busiest
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: String
        let after: String
        let number: UInt32?
        let share: Double?

        init(_ name: String, _ before: String, _ after: String, _ number: UInt32?, _ share: Double?) {
            testDescription = name
            self.before = before
            self.after = after
            self.number = number
            self.share = share
        }
    }

    // user nice system idle iowait irq softirq steal guest guest_nice
    @Test(arguments: [
        Case(
            "the busiest CPU counts, not the sum",
            "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\nintr 1\n",
            "cpu  0 0 0 130 0 0 70 0 0 0\ncpu0 0 0 0 100 0 0 0 0 0 0\ncpu1 0 0 0 30 0 0 70 0 0 0\nintr 1\n", 1, 0.7),
        Case(
            "what guests got is part of user and nice, and counts once",
            "cpu0 0 0 0 0 0 0 0 0 0 0\n", "cpu0 50 25 0 0 0 0 25 0 50 25\n", 0, 0.25),
        Case(
            "stolen time is not the CPU's",
            "cpu0 10 0 10 10 0 0 10 10 0 0\n", "cpu0 20 0 20 20 0 10 20 70 0 0\n", 0, 0.2),
        Case(
            "idle time that goes back is none",
            "cpu0 0 0 0 500 50 0 0 0 0 0\n", "cpu0 60 0 0 499 40 0 40 0 0 0\n", 0, 0.4),
        Case(
            "softirq time that goes back is none", "cpu0 0 0 0 0 0 0 90 0 0 0\n", "cpu0 50 0 0 0 0 0 80 0 0 0\n", 0, 0),
        Case(
            "a CPU that was unplugged does not count", "cpu0 0 0 0 0\ncpu5 0 0 0 0\n", "cpu5 0 0 0 40 0 0 60\n", 5, 0.6),
        Case(
            "a CPU that was plugged in counts from then on", "cpu0 0 0 0 0\n",
            "cpu0 0 0 0 99 0 0 1\ncpu1 0 0 0 0 0 0 100\n",
            0, 0.01),
        Case("old kernels have fewer columns", "cpu0 0 0 0 0\n", "cpu0 1 0 0 99\n", 0, 0),
        Case(
            "newer kernels may have more", "cpu0 0 0 0 0 0 0 0 0 0 0 0 7\n", "cpu0 0 0 0 50 0 0 50 0 0 0 0 9 9\n", 0,
            0.5),
        Case("too little time is no share", "cpu0 0 0 0 0 0 0 0\n", "cpu0 0 0 0 0 0 0 9\n", nil, nil),
        Case(
            "of two that are equal the first", "cpu7 0 0 0 0\ncpu3 0 0 0 0\n",
            "cpu7 50 0 0 0 0 0 50\ncpu3 50 0 0 0 0 0 50\n", 3, 0.5),
        Case(
            "counters near their end do not trap", "cpu0 0 0 0 0 0 0 0\n",
            "cpu0 \(UInt64.max) 0 0 0 0 0 \(UInt64.max)\n", 0, nil),
    ])
    func `the share is that of the time a CPU had`(example: Case) throws {
        let busiest = try Self.busiest(example.before, example.after)
        #expect(busiest?.number == example.number)
        if let share = example.share { #expect(abs((busiest?.softirqShare ?? -1) - share) < 1e-9) }
    }

    @Test(arguments: [
        "", "intr 5\n", "cpu  1 2 3 4\n", "cpu0 1 2 x 4\n", "cpux 1 2 3\n", "cpu0 1 99999999999999999999\n",
    ])
    func `what lists no CPU is refused`(text: String) throws {
        let error = try #require(throws: MirrorError.self) { try ProcessorTimes.parse(text) }
        #expect(error.message.contains("/proc/stat"))
    }

    @Test func `the window is a second long, or as long as there is, and begins when a CPU comes`() throws {
        var window = SoftirqWindow()
        let start = ContinuousClock.now
        #expect(window.busiest == nil)
        // CPU 0 is in softirq for the first second and no longer; CPU 1 comes after 1.5 s.
        for quarter in 0...8 as ClosedRange<UInt64> {
            let softirq = min(quarter, 4) * 25
            var text = "cpu0 0 0 0 \(quarter * 25 - softirq) 0 0 \(softirq)\n"
            if quarter >= 6 { text += "cpu1 0 0 0 0 0 0 \((quarter - 6) * 25)\n" }
            window.add(try ProcessorTimes.parse(text), at: start + .milliseconds(250 * Int(quarter)))
            switch quarter {
            case 0: #expect(window.busiest == nil)
            case 1...4:
                #expect(window.busiest == .init(number: 0, softirqShare: 1, over: .milliseconds(250 * Int(quarter))))
            case 5, 6:
                #expect(window.busiest == .init(number: 0, softirqShare: Double(8 - quarter) / 4, over: .seconds(1)))
            default:
                #expect(
                    window.busiest == .init(number: 1, softirqShare: 1, over: .milliseconds(250 * Int(quarter - 6))))
            }
        }
    }

    /// A reference in another language, on what this kernel says while it works.
    @Test func `the share of this machine's CPUs is what awk computes`() throws {
        let before = try Namespace.shell("cat /proc/stat")
        try Namespace.run {
            try CongestedLink().make()
            for _ in 0..<20 { try CongestedLink().send(5000) }
        }
        var after = before
        // Enough ticks for a share, however fast that was.
        for _ in 0..<20 {
            usleep(50_000)
            after = try Namespace.shell("cat /proc/stat")
        }
        let folder = try TemporaryDirectory()
        let files = try [folder.write(Array(before.utf8), to: "before"), folder.write(Array(after.utf8), to: "after")]
        let computed = try Tool("awk").run(
            """
            /^cpu[0-9]/ { for (i = 2; i <= 8; i++) if (NR == FNR) old[$1, i] = $i; else { d = $i - old[$1, i];
                if (d < 0) d = 0; total[$1] += d; if (i == 8) soft[$1] = d } }
            END { for (c in total) if (total[c] >= 10 && soft[c] / total[c] > best) best = soft[c] / total[c];
                printf "%.9f", best }
            """, files[0], files[1])
        let known = try Self.busiest(before, after)
        let busiest = try #require(known)
        #expect(abs(busiest.softirqShare - (Double(computed) ?? -1)) < 1e-6)
        #expect(busiest.softirqShare > 0)
    }
}
