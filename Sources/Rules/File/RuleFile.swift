import Glibc

/// A rule file: YAML, or JSON, which is YAML too. `docs/rules.md` describes what stands in it.
public struct RuleFile: Hashable, Sendable {
    /// The largest file that is read, in bytes: the most rules a list can have, at 256 bytes each.
    public static let maximumByteCount = 64 << 20

    /// The rules in the file's order.
    public let rules: RuleList
    /// What the file does not mean to say, probably: rules that never come first, or match nothing.
    public let warnings: [RuleDiagnostic]

    /// Reads the file at this path.
    /// - Throws: `RulesError` of code `unreadable`, or as `parse` does.
    public static func load(_ path: String) throws(RulesError) -> RuleFile {
        try parse(contents(path), file: path)
    }

    /// Reads rules from bytes.
    /// - Parameters:
    ///   - bytes: UTF-8 text.
    ///   - file: The name under which diagnostics speak of it.
    /// - Throws: `RulesError` of code `invalid` with all errors and warnings in `diagnostics`.
    public static func parse(_ bytes: [UInt8], file: String) throws(RulesError) -> RuleFile {
        var diagnostics = DiagnosticList(file: file)
        if bytes.count > maximumByteCount {
            diagnostics.error(
                "the file is larger than \(maximumByteCount >> 20) MiB; split it over several mirrors", at: .start)
        } else if let text = String(
            validating: bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...], as: UTF8.self)
        {
            return try parse(text, diagnostics)
        } else {
            diagnostics.error(
                "the file is not UTF-8 text; convert it, for example with iconv -t UTF-8", at: firstInvalid(in: bytes))
        }
        throw failure(diagnostics)
    }

    /// Reads rules from text; see `parse(_:file:)` for bytes.
    public static func parse(text: String, file: String) throws(RulesError) -> RuleFile {
        try parse(Array(text.utf8), file: file)
    }

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    private static func parse(_ text: String, _ diagnostics: DiagnosticList) throws(RulesError) -> RuleFile {
        var reader = RuleReader(diagnostics)
        reader.read(text)
        guard reader.diagnostics.errorCount == 0 else { throw failure(reader.diagnostics) }
        let rules = try RuleList(reader.rules)
        reader.warnOfUselessRules(rules)
        return RuleFile(rules: rules, warnings: reader.diagnostics.sorted())
    }

    private static func failure(_ diagnostics: DiagnosticList) -> RulesError {
        let sorted = diagnostics.sorted()
        let first = sorted.first { $0.severity == .error }.map { "\($0)" } ?? diagnostics.file
        let more = diagnostics.errorCount - 1
        return RulesError(.invalid, more > 0 ? "\(first) (and \(more) more)" : first, diagnostics: sorted)
    }

    /// Where the first byte stands that cannot be read.
    private static func firstInvalid(in bytes: [UInt8]) -> FilePosition {
        var (line, column) = (1, 1)
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return FilePosition(line: line, column: column)
    }

    private static func contents(_ path: String) throws(RulesError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        let chunk = 1 << 16
        // One byte too many is enough to know that the file is too large.
        while bytes.count <= maximumByteCount {
            var count = 0
            var failed: Int32 = 0
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            bytes.withUnsafeMutableBytes { buffer in
                repeat {
                    count = read(descriptor, buffer.baseAddress.map { $0 + start }, chunk)
                    failed = errno
                } while count < 0 && failed == EINTR
            }
            guard count >= 0 else { throw unreadable(path, failed) }
            bytes.removeLast(chunk - count)
            if count == 0 { break }
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ number: Int32) -> RulesError {
        RulesError(
            .unreadable, "cannot read \(path): \(String(cString: strerror(number))); check its name and permissions",
            cause: number)
    }
}
