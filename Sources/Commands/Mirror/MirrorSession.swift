internal import CLinux
import Glibc
internal import Mirroring
internal import Netlink
internal import Rules

/// One run of `periscope mirror`: the mirror, and what happens to it until it ends.
struct MirrorSession: ~Copyable {
    /// Why a mirror ended.
    enum End {
        case interrupted
        /// Interrupted, and pinned: it goes on without this process.
        case left
        /// The time that was set is over.
        case expired
        case interfaceLost(InterfaceLoss)

        var reason: String {
            switch self {
            case .interrupted: "interrupted"
            case .left: "pinned"
            case .expired: "expired"
            case .interfaceLost(let loss): loss.reason
            }
        }

        var sentence: String {
            switch self {
            case .interrupted: "stopped"
            case .left: "the mirror goes on; 'periscope detach' removes it"
            case .expired: "stopped: its time is over"
            case .interfaceLost(let loss): loss.sentence
            }
        }
    }

    private let configuration: MirrorConfiguration
    private let source: MatcherSource
    private let watches: Bool
    private let reporter: any MirrorReporter
    private let signals: Signals

    init(
        _ configuration: MirrorConfiguration, _ source: MatcherSource, watches: Bool, reporter: any MirrorReporter
    ) throws {
        self.configuration = configuration
        self.source = source
        self.watches = watches
        self.reporter = reporter
        signals = try Signals([SIGINT, SIGTERM, SIGHUP])
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let watch = try watches ? source.rules.map { try FileWatch($0) } : nil
        // Before the mirror begins, so that nothing that happens to its interface is missed.
        let monitor = try NetworkMonitor()
        let mirror = try Mirror(configuration)
        let end: End
        do {
            try reporter.attached(mirror)
            if source.rules != nil {
                mirror.prepareReplacement()
                // Reading a long list took many times what is kept of it.
                linux_trim_heap()
            }
            end = try follow(mirror, monitor, watch)
        } catch {
            // Whatever it is: nothing is to stay. Without a reader of its events, a mirror ends as if interrupted.
            _ = try? configuration.pinned ? mirror.leave() : mirror.detach()
            if error is ReaderGone { return }
            throw error
        }
        switch end {
        case .interrupted, .expired: try reporter.detached(end, mirror.detach())
        case .left: try reporter.detached(end, mirror.leave())
        case .interfaceLost:
            try reporter.detached(end, mirror.detach())
            throw Failure(.interfaceGone, end.sentence)
        }
    }

    /// Waits for signals, changes of the rule file and of the kernel's tables, and reports counters every second.
    private func follow(_ mirror: Mirror, _ monitor: borrowing NetworkMonitor, _ watch: FileWatch?) throws -> End {
        let clock = ContinuousClock()
        var report = clock.now + .seconds(1)
        var brake = configuration.selection.brakes ? try MirrorBrake(mirror, reporter) : nil
        while true {
            let descriptors = [signals.descriptor, monitor.fileDescriptor] + (watch.map { [$0.descriptor] } ?? [])
            var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // The kernel programs keep the time by themselves; here it only ends what has nothing to do any more.
            if let time = mirror.timeLeft, time == .zero { return .expired }
            let wake = [report - clock.now, mirror.timeLeft, brake.map { $0.next - clock.now }].compactMap(\.self).min()
            let left = max(.zero, wake ?? .zero)
            poll(&waiting, nfds_t(waiting.count), Int32(left / .milliseconds(1)) + 1)
            while let signal = signals.next() {
                guard signal == SIGHUP else { return configuration.pinned ? .left : .interrupted }
                try reload(mirror)
            }
            if let watch, watch.hasChanged() { try reload(mirror) }
            let events = try monitor.events()
            let loss = InterfaceLoss(of: mirror.interface, in: events) { mirror.currentInterface }
            if let loss { return .interfaceLost(loss) }
            if !events.isEmpty {
                let changed = try mirror.followTables()
                if !changed.isEmpty { try reporter.rerouted(changed) }
            }
            if let now = brake?.next, clock.now >= now { try brake?.observe() }
            guard clock.now >= report else { continue }
            report += .seconds(1)
            try mirror.followClock()
            try reporter.counters(mirror.counters())
        }
    }

    /// Reads the rule file again; a broken one changes nothing.
    private func reload(_ mirror: Mirror) throws {
        guard source.rules != nil else { return }
        do {
            let (matcher, warnings) = try source.matcher()
            if !warnings.isEmpty { try reporter.warned(warnings.map(\.description)) }
            try mirror.replace(matcher)
            try reporter.replaced(matcher)
            try mirror.settle()
            linux_trim_heap()
        } catch let error as RulesError {
            let all = error.diagnostics.map(\.description)
            try reporter.kept(because: all.isEmpty ? [error.message] : all)
        } catch {
            // Also when the kernel refuses: the mirror goes on as it is.
            try reporter.kept(because: [Failure(error).description])
        }
    }
}
