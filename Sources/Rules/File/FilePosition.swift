import Yams

/// A place in a rule file: line and column, both counted from 1, columns in Unicode scalars.
struct FilePosition: Hashable {
    let line: Int
    let column: Int

    static let start = FilePosition(line: 1, column: 1)

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Nodes of a composed document always have a mark.
    init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

extension Node {
    var position: FilePosition { FilePosition(mark) }
}
