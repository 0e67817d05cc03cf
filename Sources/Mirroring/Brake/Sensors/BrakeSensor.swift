public import Netlink

/// Reads what the brake judges, and keeps what it read before.
///
/// Used from one thread; the interfaces are those of `rtnetlink`'s network namespace, the CPUs are the machine's.
public struct BrakeSensor {
    private let rtnetlink: Rtnetlink
    private let processorTimes: String
    private var window = SoftirqWindow()
    private var drops: [UInt32: InterfaceDrops] = [:]
    private var names: [UInt32: String] = [:]
    private var readAt: ContinuousClock.Instant?

    public init(_ rtnetlink: Rtnetlink) {
        self.init(rtnetlink, processorTimes: "/proc/stat")
    }

    /// - Parameter processorTimes: path of a file like /proc/stat.
    init(_ rtnetlink: Rtnetlink, processorTimes: String) {
        self.rtnetlink = rtnetlink
        self.processorTimes = processorTimes
    }

    /// Reads the counters of interfaces, of what they send by (VLANs, bonds), and of the CPUs.
    ///
    /// - Parameters:
    ///   - interfaces: indices of those that copies leave by now; they may change from call to call. One that is not
    ///     there (any more) is no error: the reading says so.
    ///   - now: for tests.
    /// - Throws: ``NetlinkError`` or ``MirrorError`` when the kernel does not answer; the next call may go well.
    public mutating func read(
        interfaces: [UInt32], at now: ContinuousClock.Instant = .now
    ) throws -> BrakeReading {
        guard let text = SmallFile.read(processorTimes) else {
            throw MirrorError(
                .notSupported, "cannot read \(processorTimes): the brake needs the time that CPUs spend in softirq")
        }
        window.add(try ProcessorTimes.parse(text), at: now)
        let carriers = try Carriers(rtnetlink: rtnetlink).carriers(of: interfaces)
        let disciplines = try rtnetlink.queueingDisciplines()
        var reading = BrakeReading(
            interval: readAt.map { now - $0 } ?? .zero, processor: window.busiest, interfaces: [])
        let before = drops
        drops = [:]
        for carrier in carriers {
            switch carrier {
            case .gone(let index):
                reading.interfaces.append(.init(index: index, name: names[index] ?? "", isGone: true))
            case .interface(let interface):
                let queues = InterfaceQueues(of: interface, among: disciplines)
                let counted = InterfaceDrops(interface, queues)
                drops[interface.index] = counted
                names[interface.index] = interface.name
                reading.interfaces.append(
                    .init(
                        index: interface.index, name: interface.name,
                        dropped: before[interface.index].map(counted.since), queueFill: queues.fill))
            }
        }
        readAt = now
        return reading
    }
}
