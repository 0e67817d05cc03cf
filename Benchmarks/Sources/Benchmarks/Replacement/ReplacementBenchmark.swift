import BPF
internal import CLinux
import Glibc
public import Measuring
import Mirroring
import Rules

/// (e) How long it takes until other rules are in force, what that holds of memory, and what becomes of packets meanwhile.
public struct ReplacementBenchmark: Benchmark {
    public let name = "replacement"
    public let title = "Replacing rules"
    public let about = """
        A mirror runs in this process; its rules (network × network × port range, as in the benchmark of the kernel's \
        cost) are replaced again and again, from the rules in memory to the moment in which every hook judges by the new \
        ones: the table is compiled and written, programs are loaded where they have to be, and the programs at the hook \
        change places. Reading the rule file is not in it; neither is what comes after, for which no packet waits (counters \
        of the old rules are added up).

        The baseline is the replacement of another mirror's short list by itself, which has next to nothing to do but to \
        exchange the programs.
        """

    public init() {}

    public func run(_ conditions: Conditions) throws -> [Figure] {
        let sizes = conditions.choose(quick: [100, 1000, 10_000], full: [10, 100, 1000, 10_000, 100_000])
        return try PrivateNetwork.run(PrivateNetwork.pairs) {
            [
                try Self.times(sizes, conditions), try Self.memory(sizes, conditions),
                try Self.misjudged(conditions),
            ]
        }
    }

    private static func times(_ sizes: [Int], _ conditions: Conditions) throws -> Figure {
        var (whole, one) = (Series("all rules changed"), Series("one rule changed"))
        let short = try ReplacementLists(changeableFrom).first
        let idle = try ReplacedMirror(short)
        for size in sizes {
            conditions.progress("replacing \(size) rules")
            let lists = try ReplacementLists(size)
            let mirror = try ReplacedMirror(lists.first)
            let rounds = InterleavedRounds(size >= 100_000 ? 5 : conditions.choose(quick: 9, full: 25), warmUps: 2)
            let measured = try rounds.run(["nothing", "one", "all"]) { candidate in
                guard candidate > 0 else { return try idle.replace(short) }
                // Both sets of programs are brought to the same list first.
                _ = try mirror.replace(lists.first)
                _ = try mirror.replace(lists.first)
                return try mirror.replace(candidate == 1 ? lists.changed[0] : lists.other[0])
            }
            one.add(measured.measurement(of: 1, against: 0, by: .difference), at: .number(Double(size)))
            whole.add(measured.measurement(of: 2, against: 0, by: .difference), at: .number(Double(size)))
        }
        return Figure(
            title: "Time until the new rules are in force",
            text: """
                Lists of fewer than \(Self.changeableFrom) rules have their programs loaded anew with each replacement: \
                those are looked up a little faster. In longer ones the table alone is written, and of one changed rule \
                only what it changes.
                """,
            quantity: "time of a replacement, net of an exchange of programs", unit: "ms", axis: "rules", plot: .lines,
            baseline: "an exchange of programs", series: [whole, one])
    }

    /// As Mirroring has it.
    private static let changeableFrom = 256

    private static func memory(_ sizes: [Int], _ conditions: Conditions) throws -> Figure {
        var (tables, peak) = (Series("tables in the kernel, one set"), Series("process, while it compiles"))
        for size in sizes {
            conditions.progress("memory of \(size) rules")
            let lists = try ReplacementLists(size)
            let table = CompiledTable(lists.first, layout: size < changeableFrom ? .compact : .changeable)
            tables.add(Measurement(count: Double(table.byteCount) / 1_048_576), at: .number(Double(size)))
            linux_trim_heap()
            let before = try ProcessMemory.kibibytes("VmRSS", in: "status")
            let mirror = try ReplacedMirror(lists.first)
            var peaks: [Double] = []
            for list in [lists.other[0], lists.first, lists.other[1]] {
                try ProcessMemory.forgetPeak()
                _ = try mirror.replace(list)
                peaks.append((try ProcessMemory.kibibytes("VmHWM", in: "status") - before) / 1024)
            }
            peak.add(Measurement(peaks), at: .number(Double(size)))
        }
        return Figure(
            title: "Memory",
            text: """
                A mirror with a long list has its tables twice: those in force, and those that the next list is written \
                to. The memory of the process is what it has more than without the mirror, the lists apart, at its peak in a \
                replacement of all rules; the tables, which it shares with the kernel, are in it.
                """,
            quantity: "memory", unit: "MiB", axis: "rules", plot: .lines, series: [tables, peak])
    }

    private static func misjudged(_ conditions: Conditions) throws -> Figure {
        var (misjudged, judged) = (Series("misjudged"), Series("judged"))
        for (name, size) in [("10,000 rules, one changed", 10_000), ("10,000 rules, all changed", 10_000)] {
            conditions.progress("packets while \(name)")
            let lists = try ReplacementLists(size)
            // Three take turns: the set that is written has always another list than the one to come.
            let turns = [lists.first] + (name.contains("one") ? lists.changed : lists.other)
            let mirror = try ReplacedMirror(lists.first)
            let before = try mirror.matched().values.reduce(0, +)
            let sent = try ProbeTraffic().during {
                for round in 1...conditions.choose(quick: 60, full: 300) {
                    _ = try mirror.replace(turns[round % turns.count])
                }
            }
            let matched = try mirror.matched()
            let right = ReplacementLists.probes.reduce(0) { $0 + (matched[$1] ?? 0) }
            let all = matched.values.reduce(0, +) - before
            // Neither judged by a wrong rule, nor by none, nor twice.
            let wrong = (all - min(all, right)) + UInt64(abs(Int(all) - sent))
            misjudged.add(Measurement(count: Double(wrong)), at: .name(name))
            judged.add(Measurement(count: Double(sent)), at: .name(name))
        }
        return Figure(
            title: "Packets misjudged while rules are replaced",
            text: """
                Probes leave as fast as one thread sends them while three lists take turns. In each list another rule is for \
                the probes, and the last rule of all would catch them if that one were missing: a packet is misjudged \
                when it is counted by any other rule, by none, or twice.
                """,
            quantity: "packets", unit: "", axis: "replacement", plot: .none, series: [judged, misjudged])
    }
}
