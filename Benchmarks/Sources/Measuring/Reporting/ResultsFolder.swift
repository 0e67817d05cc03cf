import Foundation

/// The folder that a run's results are written to: `results.md`, `results.json` and the plots.
public struct ResultsFolder {
    public struct Refusal: Error, CustomStringConvertible {
        public let description: String
    }

    private let folder: URL

    public init(_ path: String) { folder = URL(fileURLWithPath: path, isDirectory: true) }

    /// Whether a report may be written here: one that is not whole never takes the place of one that is.
    ///
    /// - Throws: ``Refusal`` with the reason.
    public func check(isWhole: Bool) throws {
        guard !isWhole, let text = try? String(contentsOf: page("results.json"), encoding: .utf8) else { return }
        guard let old = try? JSONReport.report(text), !old.isWhole else {
            throw Refusal(
                description: "\(folder.path) has the results of a whole run, which a quick or partial one does not "
                    + "replace: give another folder to --output")
        }
    }

    /// Writes everything, and removes plots that an earlier run left.
    public func write(_ report: Report) throws {
        try check(isWhole: report.isWhole)
        let plots = folder.appendingPathComponent("plots", isDirectory: true)
        try FileManager.default.createDirectory(at: plots, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: plots.path) where name.hasSuffix(".svg") {
            try FileManager.default.removeItem(at: plots.appendingPathComponent(name))
        }
        let page = MarkdownReport(report)
        for (path, text) in page.plots { try write(text, path) }
        try write(page.text, "results.md")
        try write(JSONReport.text(report), "results.json")
    }

    private func page(_ path: String) -> URL { folder.appendingPathComponent(path) }

    private func write(_ text: String, _ path: String) throws {
        try text.write(to: page(path), atomically: true, encoding: .utf8)
    }
}
