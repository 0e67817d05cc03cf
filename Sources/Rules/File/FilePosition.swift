/// A place in a rule file: line and column, both counted from 1, columns in Unicode scalars.
struct FilePosition: Hashable {
    let line: Int
    let column: Int

    static let start = FilePosition(line: 1, column: 1)
}
