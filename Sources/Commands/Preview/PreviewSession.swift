internal import CLinux
import Glibc
internal import Mirroring
internal import Netlink

/// One run of `periscope preview`, until its time is over or somebody has seen enough.
struct PreviewSession: ~Copyable {
    /// Why a preview ended.
    enum End {
        case time
        case interrupted
        case interfaceLost(InterfaceLoss)

        /// Its name in JSON.
        var reason: String {
            switch self {
            case .time: "time"
            case .interrupted: "interrupted"
            case .interfaceLost(let loss): loss.reason
            }
        }
    }

    private let configuration: PreviewConfiguration
    private let time: Duration
    private let top: Int
    private let reporter: any PreviewReporter
    private let signals: Signals

    init(_ configuration: PreviewConfiguration, time: Duration, top: Int, reporter: any PreviewReporter) throws {
        self.configuration = configuration
        self.time = time
        self.top = top
        self.reporter = reporter
        signals = try Signals([SIGINT, SIGTERM])
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        // Before the preview begins, so that nothing that happens to its interface is missed.
        let monitor = try NetworkMonitor()
        let preview = try Preview(configuration)
        try reporter.attached(preview, for: time)
        let end = try follow(preview, monitor)
        let progress = Progress("adding up")
        let answers = answers(try preview.detach())
        progress.end()
        try reporter.ended(end, answers, of: preview)
        if case .interfaceLost(let loss) = end { throw Failure(.interfaceGone, loss.sentence) }
    }

    private func answers(_ observations: Observations) -> PreviewAnswers {
        PreviewAnswers(observations, targets: configuration.targets, top: top)
    }

    /// Waits for the end, and tells what there is so far.
    private func follow(_ preview: Preview, _ monitor: borrowing NetworkMonitor) throws -> End {
        let clock = ContinuousClock()
        let end = clock.now + (time - preview.duration)
        var report = clock.now + .seconds(1)
        while true {
            let now = clock.now
            guard now < end else { return .time }
            let wake = reporter.isLive ? min(end, report) : end
            var waiting = [signals.descriptor, monitor.fileDescriptor].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            // A day at most at once: poll(2) counts milliseconds in 32 bits.
            let left = min(.seconds(86_400), max(.zero, wake - now))
            poll(&waiting, nfds_t(waiting.count), Int32(left / .milliseconds(1)) + 1)
            if signals.next() != nil { return .interrupted }
            let loss = InterfaceLoss(of: preview.interface, in: try monitor.events()) { preview.currentInterface }
            if let loss { return .interfaceLost(loss) }
            guard reporter.isLive, clock.now >= report else { continue }
            let began = clock.now
            try reporter.answered(answers(preview.observe()), of: preview, left: end - began)
            // With very many flows reading takes a while, and is not to be all that happens.
            report = max(began + .seconds(1), clock.now + (clock.now - began) * 4)
        }
    }
}
