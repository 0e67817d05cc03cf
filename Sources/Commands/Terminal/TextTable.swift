/// Columns of text; numbers are set to the right.
package struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []
    private let leading: Int?

    /// - Parameter leading: so many columns are text, and what follows is numbers, whatever units they have; nil: a
    ///   column is of numbers when there are only digits in it.
    package init(_ header: [String], leading: Int? = nil) {
        self.header = header
        self.leading = leading
    }

    package mutating func add(_ row: [String]) { rows.append(row) }

    package var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let numeric = header.indices.map { column in
            if let leading { return column >= leading }
            return !rows.isEmpty && rows.allSatisfy { UInt64($0[column]) != nil || $0[column] == "-" }
        }
        return all.map { row in
            let cells = header.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return numeric[column] ? padding + row[column] : row[column] + padding
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
