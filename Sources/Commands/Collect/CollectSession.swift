internal import Collecting
import Glibc
internal import Synchronization

/// One run of `periscope collect`: the collector on threads of its own, and what ends it.
struct CollectSession {
    /// Why a collector ended.
    enum End: String {
        case interrupted
        /// It had as many packets as it was to take.
        case count
        /// Its time was over.
        case time
        /// Nobody reads the capture, or the counters, any more.
        case readerGone = "reader-gone"
        /// The capture cannot be written any more.
        case writeFailed = "write-failed"
    }

    private let configuration: CollectorConfiguration
    private let reporter: any CollectReporter

    private let report: PeriodicReport?

    init(_ configuration: CollectorConfiguration, reporter: any CollectReporter, report: PeriodicReport? = nil) {
        self.configuration = configuration
        self.reporter = reporter
        self.report = report
    }

    /// What the collector's threads hand to this one.
    private final class News: Sendable {
        struct State {
            var latest: CollectorSnapshot?
            var result: Result<CollectorSnapshot, any Error>?
        }
        let state = Mutex(State())
        let wakeup: Wakeup
        init() throws { wakeup = try Wakeup() }

        func update(_ change: @Sendable (inout sending State) -> Void) {
            state.withLock { change(&$0) }
            wakeup.signal()
        }
    }

    func run() throws {
        // Before there is another thread: it would inherit neither.
        signal(SIGPIPE, SIG_IGN)
        let signals = try Signals([SIGINT, SIGTERM])
        let stop = try StopRequest()
        let collector = try Collector(configuration, stop: stop)
        let news = try News()
        do {
            try reporter.listening(configuration, ports: collector.ports)
        } catch is ReaderGone {
            return
        }
        Task.detached {
            let result: Result<CollectorSnapshot, any Error>
            do {
                result = .success(try await collector.run { snapshot in news.update { $0.latest = snapshot } })
            } catch {
                result = .failure(error)
            }
            news.update { $0.result = result }
        }
        try follow(news, stop: stop, signals)
    }

    private func follow(_ news: News, stop: StopRequest, _ signals: borrowing Signals) throws {
        var end: End?
        var watch = WritingChange.Watch()
        // With no events asked for, poll tells of errors only: that a pipe's reader is gone (poll(2)).
        let capture = configuration.output == .standardOutput ? STDOUT_FILENO : -1
        while true {
            var waiting = [
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: news.wakeup.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: end == nil ? capture : -1, events: 0, revents: 0),
            ]
            poll(&waiting, 3, -1)
            if waiting[2].revents & Int16(POLLERR) != 0 { end = end ?? .readerGone }
            if signals.next() != nil { end = end ?? .interrupted }
            news.wakeup.clear()
            let state = news.state.withLock { state in
                defer { state.latest = nil }
                return state
            }
            if let result = state.result { return try finish(try result.get(), end) }
            if let snapshot = state.latest, end == nil {
                report?.update(snapshot)
                do {
                    if let change = watch.update(snapshot) { try reporter.writing(change, snapshot) }
                    try reporter.counters(snapshot)
                } catch is ReaderGone {
                    end = .readerGone
                }
                // What is only to be written has no use any more.
                if snapshot.hasWritingEnded { end = end ?? .writeFailed }
            }
            if end != nil { stop.request() }
        }
    }

    private func finish(_ snapshot: CollectorSnapshot, _ asked: End?) throws {
        let end = asked ?? (snapshot.isComplete ? .count : .time)
        report?.end(snapshot)
        do { try reporter.ended(end, snapshot) } catch is ReaderGone {}
        guard end != .readerGone else { return }
        if let failure = snapshot.writeFailure ?? (snapshot.notWritten > 0 ? snapshot.lastWriteFailure : nil) {
            throw Failure(
                .output, "the capture is not whole, \(snapshot.notWritten) packets are not in it: \(failure)")
        }
    }
}
