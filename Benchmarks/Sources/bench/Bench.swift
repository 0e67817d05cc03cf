import ArgumentParser
import Benchmarks
import Foundation
import Measuring

/// Runs benchmarks and reports what they measured.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures what Periscope costs (docs/benchmarks/README.md).")

    @Flag(name: .shortAndLong, help: "Measure less, for a first look: a few minutes for everything.")
    var quick = false

    @Flag(name: .shortAndLong, help: "List the benchmarks there are.")
    var list = false

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Option(name: .shortAndLong, help: "Write page, plots and JSON to this folder.", completion: .directory)
    var output: String?

    @Option(help: "The release build of periscope; what is beside this program is taken if it is not given.")
    var periscope: String?

    @Option(
        help: ArgumentHelp(
            "Measure a program of another BPF object beside ours; may be given several times.",
            valueName: "object:program"))
    var against: [String] = []

    @Option(
        help: ArgumentHelp(
            "A script that fills the maps of the object of the same place in the order of --against.",
            valueName: "script"))
    var fill: [String] = []

    @Argument(help: "The benchmarks to run; all, if none are given.")
    var benchmarks: [String] = []

    private static var known: String { BenchmarkList.all.map(\.name).joined(separator: ", ") }

    func validate() throws {
        for name in benchmarks where !BenchmarkList.all.contains(where: { $0.name == name }) {
            throw ValidationError("there is no benchmark '\(name)'; there are: \(Self.known)")
        }
        for text in against where ForeignObject(text, filling: nil) == nil {
            throw ValidationError("--against takes OBJECT:PROGRAM, such as filter.o:classify, and not '\(text)'")
        }
        guard fill.count <= against.count else {
            throw ValidationError("--fill fills the maps of an object that --against names")
        }
    }

    func run() async throws {
        guard !list else {
            for benchmark in BenchmarkList.all { print("\(benchmark.name)\t\(benchmark.title)") }
            return
        }
        let chosen = BenchmarkList.all.filter { benchmarks.isEmpty || benchmarks.contains($0.name) }
        let effort: Conditions.Effort = quick ? .quick : .full
        let isComplete = chosen.count == BenchmarkList.all.count && against.isEmpty
        let folder = output.map(ResultsFolder.init)
        try folder?.check(isWhole: isComplete && effort == .full)
        let machine = Machine.current(sources: Self.folder.path)
        let conditions = Conditions(effort: effort, periscope: try executable(), rivals: rivals, progress: Self.tell)
        let text = TextReport(hasColours: isatty(STDOUT_FILENO) == 1)
        if !json { print(text.text(machine), terminator: "") }
        var parts: [Report.Part] = []
        for benchmark in chosen {
            let clock = ContinuousClock()
            let start = clock.now
            let figures = try await benchmark.run(conditions)
            let part = Report.Part(benchmark, duration: clock.now - start, figures: figures)
            Self.tell("")
            if !json { print(text.text(part), terminator: "") }
            parts.append(part)
        }
        let report = Report(machine: machine, effort: effort, isComplete: isComplete, benchmarks: parts)
        if json { print(try JSONReport.text(report), terminator: "") }
        try folder?.write(report)
    }

    private var rivals: [ForeignObject] {
        against.enumerated().compactMap { index, text in
            ForeignObject(text, filling: index < fill.count ? fill[index] : nil)
        }
    }

    /// Path of periscope.
    private func executable() throws -> String {
        let path =
            periscope
            ?? Self.folder.appendingPathComponent("periscope").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ValidationError("there is no periscope at \(path): build it, or say where it is with --periscope")
        }
        return path
    }

    /// Where this program is, which is within the repository.
    private static var folder: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Says on a terminal what is being done, in a line that the next one replaces; in a log, a line each.
    private static func tell(_ text: String) {
        let line = isatty(STDERR_FILENO) == 1 ? "\r\u{1b}[K\(text)" : text.isEmpty ? "" : "bench: \(text)\n"
        // What was printed before stands before it, also where both go to one file.
        fflush(nil)
        FileHandle.standardError.write(Data(line.utf8))
    }
}
