import Foundation
import Testing

@testable import Measuring

@Suite("A report")
struct ReportTests {
    private struct Example: Benchmark {
        let name = "example"
        let title = "An example"
        let about = "What was done."
        func run(_ conditions: Conditions) async throws -> [Figure] { [] }
    }

    private static let machine = Machine(
        processor: "a processor", cores: 2, isVirtual: true, memory: 1 << 30, kernel: "6.1.0", indirectJumps: nil,
        compilesPrograms: true, date: "2026-01-01T00:00:00Z", revision: "0123456789ab")

    private static func figure(_ plot: Figure.Plot, _ places: [Place]) -> Figure {
        let series = ["ours & theirs", "a|b"].map { name in
            Series(
                name,
                places.map {
                    Point(at: $0, measurement: Measurement([12, 14, 13], against: [1, 1, 1], by: .difference))
                }
            )
        }
        return Figure(
            title: "Cost", text: "How.", quantity: "cost per packet", unit: "ns", axis: "rules", plot: plot,
            baseline: "an empty program", series: series)
    }

    private static func report(isComplete: Bool = true, effort: Conditions.Effort = .full) -> Report {
        let figures = [
            figure(.lines, [1, 10, 100_000]), figure(.bars, ["tc", "nft"]), figure(.none, [1]),
        ]
        return Report(
            machine: machine, effort: effort, isComplete: isComplete,
            benchmarks: [Report.Part(Example(), duration: .seconds(3), figures: figures)])
    }

    @Test("is read from JSON as it was written")
    func json() throws {
        let text = try JSONReport.text(Self.report())
        #expect(try JSONReport.text(JSONReport.report(text)) == text)
        #expect(text.contains("\"at\" : 100000"))
        #expect(text.contains("\"at\" : \"nft\""))
    }

    @Test("has colours on a terminal only, and says the same without")
    func colours() {
        let part = Self.report().benchmarks[0]
        let plain = TextReport(hasColours: false).text(part)
        let coloured = TextReport(hasColours: true).text(part)
        #expect(!plain.contains("\u{1b}"))
        #expect(coloured.replacing(/\u{1b}\[[0-9]*m/, with: "") == plain)
        #expect(plain.contains("12 ns ± 0.500"))
    }

    @Test("has a plot for each figure that asks for one, which XML parsers read, and the page shows")
    func plots() throws {
        let page = MarkdownReport(Self.report())
        #expect(page.plots.map(\.path) == ["plots/example-1.svg", "plots/example-2.svg"])
        for (path, text) in page.plots {
            #expect(page.text.contains("](\(path))"))
            let process = Process()
            let input = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", "import sys, xml.dom.minidom as m; m.parse(sys.stdin.buffer)"]
            process.standardInput = input
            try process.run()
            input.fileHandleForWriting.write(Data(text.utf8))
            try input.fileHandleForWriting.close()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(path) is not XML")
            #expect(!text.contains("nan") && !text.contains("inf"))
        }
        #expect(page.text.contains("| 100,000 | 12 ns ± 0.500 |"))
        #expect(page.text.contains("a\\|b"))
    }

    @Test("of a part, or a quick one, never takes the place of a whole one")
    func replacing() throws {
        let path = NSTemporaryDirectory() + "measuring-tests-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = ResultsFolder(path)
        try folder.write(Self.report(effort: .quick))
        try folder.write(Self.report(isComplete: false))
        try folder.write(Self.report())
        #expect(throws: ResultsFolder.Refusal.self) { try folder.write(Self.report(effort: .quick)) }
        #expect(throws: ResultsFolder.Refusal.self) { try folder.write(Self.report(isComplete: false)) }
        try folder.write(Self.report())
        let text = try String(contentsOfFile: path + "/results.json", encoding: .utf8)
        #expect(try JSONReport.report(text).isWhole)
    }
}
