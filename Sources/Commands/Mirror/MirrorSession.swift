internal import CLinux
import Glibc
internal import Mirroring
internal import Rules

/// One run of `periscope mirror`: the mirror, and what happens to it until it ends.
struct MirrorSession: ~Copyable {
    /// Why a mirror ended.
    enum End {
        case interrupted
        case interfaceGone(String)
        case interfaceRenamed(String, to: String)

        var reason: String {
            switch self {
            case .interrupted: "interrupted"
            case .interfaceGone: "interface-gone"
            case .interfaceRenamed: "interface-renamed"
            }
        }

        var sentence: String {
            switch self {
            case .interrupted: "stopped"
            case .interfaceGone(let name): "stopped: the interface \(name) is gone"
            case .interfaceRenamed(let name, let new): "stopped: the interface \(name) is now called \(new)"
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
        let watched = watches ? source.rules : nil
        let watch = try watched.map { try FileWatch($0) }
        let mirror = try Mirror(configuration)
        try reporter.attached(mirror)
        let end = try follow(mirror, watch)
        try reporter.detached(end, mirror.detach())
        if case .interrupted = end { return }
        throw Failure(.interfaceGone, end.sentence)
    }

    /// Waits for signals, changes of the rule file and of the kernel's tables, and reports counters every second.
    private func follow(_ mirror: Mirror, _ watch: FileWatch?) throws -> End {
        let clock = ContinuousClock()
        var report = clock.now + .seconds(1)
        while true {
            var waiting = [pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)]
            if let watch { waiting.append(pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)) }
            let left = max(.zero, report - clock.now)
            poll(&waiting, nfds_t(waiting.count), Int32(left / .milliseconds(1)) + 1)
            while let signal = signals.next() {
                guard signal == SIGHUP else { return .interrupted }
                try reload(mirror)
            }
            if let watch, watch.hasChanged() { try reload(mirror) }
            guard clock.now >= report else { continue }
            report += .seconds(1)
            try reporter.counters(mirror.counters())
            let changed = try mirror.followTables()
            if !changed.isEmpty { try reporter.rerouted(changed) }
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
        } catch let error as RulesError {
            try reporter.kept(because: error.diagnostics.isEmpty ? [error.message] : error.diagnostics.map(\.description))
        } catch let error as MirrorError {
            try reporter.kept(because: [error.description])
        }
    }
}
