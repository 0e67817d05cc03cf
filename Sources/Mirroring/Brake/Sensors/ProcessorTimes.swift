/// What one CPU has spent its time on since the machine began, in the units of /proc/stat (proc(5)): 1/100 s.
struct ProcessorTimes: Hashable, Sendable {
    /// user, nice, system, idle, iowait, irq, softirq, steal. What guests got (guest, guest_nice) is in user and nice.
    private let times: SIMD8<UInt64>
    private static let softirq = 6
    private static let steal = 7

    /// Reads a line of /proc/stat; nil when it is not that of one CPU.
    ///
    /// Columns that a kernel does not have are 0.
    init?(_ line: Substring.UTF8View, number: inout UInt32) {
        let words = line.split(separator: UInt8(ascii: " "))
        guard let name = words.first, name.starts(with: "cpu".utf8), let cpu = UInt32(Substring(name.dropFirst(3)))
        else { return nil }
        var times = SIMD8<UInt64>()
        for (index, word) in words.dropFirst().prefix(times.scalarCount).enumerated() {
            guard let time = UInt64(Substring(word)) else { return nil }
            times[index] = time
        }
        self.times = times
        number = cpu
    }

    /// Reads all of /proc/stat: the CPUs that are online, by their numbers.
    ///
    /// - Throws: ``MirrorError`` when it lists none.
    static func parse(_ text: String) throws(MirrorError) -> [UInt32: ProcessorTimes] {
        var processors: [UInt32: ProcessorTimes] = [:]
        // The CPUs stand first; the line of interrupts behind them is a long one.
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            guard line.starts(with: "cpu".utf8) else { break }
            var number: UInt32 = 0
            if let times = ProcessorTimes(line, number: &number) { processors[number] = times }
        }
        guard !processors.isEmpty else {
            throw MirrorError(.kernel, "/proc/stat lists no CPU: the brake needs the time that each spends in softirq")
        }
        return processors
    }

    /// The share of its time that the CPU has spent in softirq since `earlier`; nil when that is too short to say.
    ///
    /// Time that the hypervisor gave to others (steal) is not the CPU's: what counts is the share of what it had.
    func softirqShare(since earlier: ProcessorTimes) -> Double? {
        // The kernel's numbers for idle and iowait do go back at times (proc(5)), and all may when a CPU comes back.
        var spent = times &- earlier.times
        spent.replace(with: 0, where: times .< earlier.times)
        let softirq = spent[Self.softirq]
        spent[Self.steal] = 0
        let total = spent.wrappedSum()
        guard total >= Self.fewest else { return nil }
        return Double(softirq) / Double(total)
    }

    /// A tenth of a second: with less, one tick more or less is a large share.
    private static let fewest: UInt64 = 10
}
