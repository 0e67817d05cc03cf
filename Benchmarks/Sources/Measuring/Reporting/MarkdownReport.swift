/// A report as a page for people, with plots beside it.
public struct MarkdownReport {
    private let report: Report

    public init(_ report: Report) { self.report = report }

    /// The page.
    public var text: String {
        var text = "# Benchmark results\n\n"
        text += "Written by `scripts/bench`; [README.md](README.md) says how to run it and how to read this.\n\n"
        if !report.isWhole { text += "**This is a \(report.effort.rawValue) or partial run, for a first look.**\n\n" }
        text += "| | |\n|---|---|\n"
        for fact in report.machine.facts { text += "| \(fact.name) | \(Self.escaped(fact.value)) |\n" }
        for part in report.benchmarks { text += "\n" + self.text(part) }
        return text
    }

    /// The plots' files, by their paths below the page's folder.
    public var plots: [(path: String, text: String)] {
        report.benchmarks.flatMap { part in
            part.figures.indices.compactMap { index in
                let figure = part.figures[index]
                let text: String? =
                    switch figure.plot {
                    case .lines: LinePlot(figure).svg
                    case .bars: BarPlot(figure).svg
                    case .none: nil
                    }
                return text.map { (Self.path(part, index), $0) }
            }
        }
    }

    private static func path(_ part: Report.Part, _ index: Int) -> String { "plots/\(part.name)-\(index + 1).svg" }

    private func text(_ part: Report.Part) -> String {
        var text = "## \(part.title)\n\n\(part.about)\n\n"
        text += "`\(part.name)`, \(Amount.text(grouped: part.duration.rounded())) seconds.\n"
        for (index, figure) in part.figures.enumerated() {
            text += "\n### \(figure.title)\n\n"
            if !figure.text.isEmpty { text += figure.text + "\n\n" }
            if figure.plot != .none {
                text += "![\(Self.escaped(figure.title))](\(Self.path(part, index)))\n\n"
            }
            text += FigureTable.explanation(figure) + "\n\n" + table(figure)
        }
        return text
    }

    private func table(_ figure: Figure) -> String {
        let table = FigureTable(figure)
        var text = "| " + table.header.map(Self.escaped).joined(separator: " | ") + " |\n"
        text += "|---|" + String(repeating: "---:|", count: table.header.count - 1) + "\n"
        for row in table.rows {
            text += "| " + row.map { Self.escaped($0.text) }.joined(separator: " | ") + " |\n"
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("<", with: "&lt;").replacing("\n", with: " ")
    }
}
