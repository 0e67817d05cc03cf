internal import Mirroring
internal import Netlink

/// The brake of a running mirror: reads, judges, and has the mirror do what comes of it.
struct MirrorBrake {
    private let mirror: Mirror
    private let reporter: any MirrorReporter
    private var sensor: BrakeSensor
    private var brake = Brake()
    /// When the next reading is due.
    private(set) var next: ContinuousClock.Instant

    init(_ mirror: Mirror, _ reporter: any MirrorReporter) throws {
        self.mirror = mirror
        self.reporter = reporter
        sensor = BrakeSensor(try Rtnetlink())
        next = .now
    }

    /// Takes a reading. One that fails changes nothing: the next may come.
    mutating func observe() throws {
        let now = ContinuousClock.now
        next = now + Brake.interval
        guard let reading = try? sensor.read(interfaces: mirror.carriers, at: now) else { return }
        guard let change = brake.observe(reading, at: now) else { return }
        try mirror.apply(change.to)
        try reporter.braked(change)
    }
}
