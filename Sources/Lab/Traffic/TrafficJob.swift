/// One program that makes traffic: its command, and how to read what it reports.
struct TrafficJob: Sendable {
    var kind: TrafficSummary.Kind
    var family: Lab.AddressFamily
    /// How many questions it asks, if that is known beforehand.
    var asked: Int?
    /// The program and its arguments, but for the last, which is the name of the script's file.
    var command: [String]
    /// What the program is to do, in its own language. A file, because arguments cannot hold thousands of requests.
    var script: String

    /// What came of it, from what the program wrote.
    func line(from result: ProcessResult) -> TrafficSummary.Line {
        var count =
            switch kind {
            case .http: TrafficJob.readCurl(result.text)
            case .load: TrafficJob.readWrk(result.text)
            case .dns: TrafficJob.readDig(result.text)
            }
        // Questions that left no trace in the report were not answered.
        if let asked { count.failed = asked - count.answered }
        var complaint: String?
        if count.failed > 0 || !result.succeeded || count.answered == 0 {
            do { try result.checked() } catch { complaint = error.message }
            complaint = complaint ?? "\(count.failed) questions failed: \(result.errorText.prefix(500))"
        }
        return TrafficSummary.Line(kind: kind, family: family, count: count, complaint: complaint)
    }

    /// A line `STATUS BYTES EXPECTED` for each request.
    static func readCurl(_ text: String) -> TrafficSummary.Count {
        var count = TrafficSummary.Count()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let bytes = Int(words[1]) else { continue }
            count.bytes += bytes
            if words[0] == "200", words[1] == words[2] { count.answered += 1 } else { count.failed += 1 }
        }
        return count
    }

    /// The line `total REQUESTS FAILED BYTES` that ``loadScript`` makes wrk write.
    static func readWrk(_ text: String) -> TrafficSummary.Count {
        for line in text.split(separator: "\n") where line.hasPrefix("total ") {
            let numbers = line.split(separator: " ").dropFirst().compactMap { Int($0) }
            guard numbers.count == 3 else { continue }
            return TrafficSummary.Count(answered: numbers[0] - numbers[1], failed: numbers[1], bytes: numbers[2])
        }
        return TrafficSummary.Count()
    }

    /// A line with `status: NOERROR` for each question that was answered, another status for each that was refused.
    static func readDig(_ text: String) -> TrafficSummary.Count {
        var count = TrafficSummary.Count()
        for line in text.split(separator: "\n") where line.contains("->>HEADER<<-") {
            if line.contains("status: NOERROR,") { count.answered += 1 } else { count.failed += 1 }
        }
        return count
    }

    /// Makes wrk report exact numbers: its own report rounds them (wrk's SCRIPTING document).
    static let loadScript = """
        function done(summary, latency, requests)
            local errors = summary.errors
            local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
            io.write(string.format("total %d %d %d\\n", summary.requests, failed, summary.bytes))
        end

        """
}
