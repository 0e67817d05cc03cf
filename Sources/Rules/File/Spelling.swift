/// Finds what somebody may have meant.
enum Spelling {
    /// `; did you mean "..."?` when one of the words is near enough to be worth asking, otherwise nothing.
    static func hint(_ word: String, among words: some Sequence<String>) -> String {
        let word = word.lowercased().replacingUnderscores()
        var best: (word: String, distance: Int)?
        for candidate in words {
            let distance =
                word.count > 1 && candidate.hasPrefix(word) ? 1 : distance(Array(word.utf8), Array(candidate.utf8))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, best.word.utf8.count / 3) else { return "" }
        return "; did you mean \"\(best.word)\"?"
    }

    /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment distance).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        // Only short words are worth a guess, and the table grows with the product of the lengths.
        guard left.count <= 32, right.count <= 32 else { return .max }
        var rows = [Array(0...right.count)]
        for row in 0..<left.count {
            var next = [row + 1]
            for column in 0..<right.count {
                let replaced = rows[row][column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, rows[row][column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, rows[row - 1][column - 1] + 1)
                }
                next.append(least)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}

extension String {
    /// Keys are written with hyphens; underscores are the commonest slip.
    fileprivate func replacingUnderscores() -> String {
        String(map { $0 == "_" ? "-" : $0 })
    }
}
