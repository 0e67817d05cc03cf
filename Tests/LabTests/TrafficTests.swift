import Testing

@testable import Lab

@Suite struct TrafficTests {
    private func result(_ text: String, _ status: ProcessResult.Status = .exited(0)) -> ProcessResult {
        ProcessResult(command: ["x"], status: status, output: Array(text.utf8), errorOutput: [])
    }

    @Test func `a short or refused page is not an answer`() {
        let text = "200 200 200\n200 100 200\n404 153 200\n000 0 200\n\nnoise\n"
        #expect(TrafficJob.readCurl(text) == .init(answered: 1, failed: 3, bytes: 453))
    }

    @Test func `load is counted from the exact line, errors apart`() {
        let text = "Running 1s test @ http://x\n  100 requests in 1.00s, 1.2MB read\ntotal 100 3 12345\n"
        #expect(TrafficJob.readWrk(text) == .init(answered: 97, failed: 3, bytes: 12345))
        #expect(TrafficJob.readWrk("unable to connect") == .init())
    }

    @Test func `names that do not exist and servers that refuse are not answers`() {
        let text = """
            ;; Got answer:
            ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
            ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 2
            ;; ->>HEADER<<- opcode: QUERY, status: REFUSED, id: 3
            """
        #expect(TrafficJob.readDig(text) == .init(answered: 1, failed: 2))
    }

    @Test func `questions without a trace are failures`() {
        let job = TrafficJob(kind: .dns, family: .ipv6, asked: 5, command: [], script: "")
        let line = job.line(from: result(";; ->>HEADER<<- status: NOERROR, id: 1", .timedOut))
        #expect(line.count == .init(answered: 1, failed: 4))
        #expect(line.complaint?.contains("did not end in time") == true)
        #expect(job.line(from: result("", .exited(9))).count.failed == 5)
    }

    @Test func `sums are by kind, by family, or over all`() {
        let summary = TrafficSummary(
            lines: [
                .init(kind: .http, family: .ipv4, count: .init(answered: 1, bytes: 10)),
                .init(kind: .http, family: .ipv6, count: .init(answered: 2, failed: 1, bytes: 20)),
                .init(kind: .dns, family: .ipv6, count: .init(answered: 4)),
            ], seconds: 1)
        #expect(summary.total(.http) == .init(answered: 3, failed: 1, bytes: 30))
        #expect(summary.total(nil, .ipv6) == .init(answered: 6, failed: 1, bytes: 20))
        #expect(summary.total().answered == 7)
    }

    @Test(arguments: WebFile.allCases)
    func `generated files have their size and no two equal lines`(file: WebFile) {
        let content = file.content
        #expect(content.count == file.size)
        let lines = content.split(separator: 10)
        #expect(Set(lines).count == lines.count)
    }
}
