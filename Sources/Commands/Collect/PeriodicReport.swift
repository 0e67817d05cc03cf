import FoundationEssentials
import Glibc
internal import Collecting

/// The counters as a line of JSON now and then, beside what a terminal shows (`--report`).
final class PeriodicReport {
    private let period: Double
    private let descriptor: Int32
    private let owns: Bool
    private var next: Double
    private var hasFailed = false

    /// - Parameter path: a file that lines are added to; nil is standard error.
    /// - Throws: ``Failure`` when it cannot be opened.
    init(every period: TimeSpan, to path: String?) throws {
        self.period = period.duration / .seconds(1)
        next = self.period
        owns = path != nil
        guard let path else {
            descriptor = STDERR_FILENO
            return
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.cannotCreate, "cannot write reports to \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if owns { close(descriptor) }
    }

    /// Writes a line when it is time.
    func update(_ snapshot: CollectorSnapshot) {
        let seconds = Double(max(snapshot.time, snapshot.startTime) - snapshot.startTime) / 1e9
        guard seconds >= next else { return }
        while next <= seconds { next += period }
        write(snapshot)
    }

    /// Writes the last line.
    func end(_ snapshot: CollectorSnapshot) { write(snapshot) }

    private func write(_ snapshot: CollectorSnapshot) {
        var event = CollectEvent("report", snapshot)
        event.time = Date(timeIntervalSince1970: Double(snapshot.time / 1_000_000_000))
        do {
            try Output.json(event, to: descriptor)
            hasFailed = false
        } catch {
            // The collector has more to do than to report.
            if !hasFailed, owns { Output.error("cannot write a report: \(Failure(error).description)") }
            hasFailed = true
        }
    }
}
