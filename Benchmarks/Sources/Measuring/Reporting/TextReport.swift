/// A report for the terminal.
public struct TextReport {
    /// Whether there are colours: on a terminal only.
    public let hasColours: Bool

    public init(hasColours: Bool) { self.hasColours = hasColours }

    /// Where it was measured.
    public func text(_ machine: Machine) -> String {
        machine.facts.map { dim($0.name.padded(to: 16)) + $0.value + "\n" }.joined()
    }

    /// One benchmark.
    public func text(_ part: Report.Part) -> String {
        "\n" + bold("\(part.title) (\(part.name))") + "\n" + part.figures.map(text).joined()
    }

    private func text(_ figure: Figure) -> String {
        let table = FigureTable(figure)
        let widths = table.header.indices.map { column in
            ([table.header[column].count] + table.rows.map { $0[column].text.count }).max() ?? 0
        }
        var lines = ["", figure.title, dim(FigureTable.explanation(figure))]
        lines.append(
            bold(
                table.header.indices.map { column in
                    column == 0
                        ? table.header[column].padded(to: widths[column])
                        : table.header[column].padded(to: widths[column], left: true)
                }.joined(separator: "  ")))
        for row in table.rows {
            let cells = row.indices.map { column in
                guard column > 0 else { return row[column].middle.padded(to: widths[column]) }
                let padding = String(repeating: " ", count: widths[column] - row[column].text.count)
                let spread = row[column].spread
                return padding + row[column].middle + (spread.isEmpty ? "" : dim(" ± \(spread)"))
            }
            lines.append(cells.joined(separator: "  "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func bold(_ text: String) -> String { hasColours ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
    private func dim(_ text: String) -> String { hasColours ? "\u{1b}[2m\(text)\u{1b}[0m" : text }
}

extension String {
    fileprivate func padded(to width: Int, left: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - count))
        return left ? padding + self : self + padding
    }
}
