internal import Glibc

/// The files of a capture that goes from one to the next, by size or time, and of which only the newest may stay.
///
/// For `out.pcapng` they are `out-00001-20261124T181500Z.pcapng` and so on: a number that goes up, so that they sort,
/// and the time (UTC) at which the file was begun. The number goes on where an earlier run stopped, and files of
/// earlier runs count for how many are kept, so that a collector that begins again and again does not fill the disk.
/// A name that is not exactly of this form is nobody's of ours, and is never touched.
struct FileSeries {
    private let folder: String
    private let stem: String
    private let suffix: String
    private let keep: Int?
    private var number: UInt64

    /// - Parameters:
    ///   - path: What the names are made from.
    ///   - keep: How many files stay, the one that is written included; nil for all.
    init(_ path: String, keep: Int?) {
        let slash = path.lastIndex(of: "/")
        folder = slash.map { String(path[...$0]) } ?? "./"
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        // A dot at the beginning is no suffix's.
        let dot = name.dropFirst().lastIndex(of: ".") ?? name.endIndex
        stem = String(name[..<dot])
        suffix = String(name[dot...])
        self.keep = keep
        number = 0
        number = files.last?.number ?? 0
    }

    /// Makes the next file, and removes those that are too many.
    ///
    /// - Parameter time: Nanoseconds since 1970, for the name.
    /// - Throws: `CollectorError` of code `output`.
    mutating func open(at time: UInt64, end: Int32) throws(CollectorError) -> FileSink {
        let digits = String(number + 1)
        let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let sink = try FileSink(
            "\(folder)\(stem)-\(padded)-\(Self.text(of: time))\(suffix)", exclusively: true, end: end)
        number += 1
        if let keep {
            for file in files.dropLast(keep) { unlink(folder + file.name) }
        }
        return sink
    }

    /// The regular files in the folder whose names are ours, the oldest first.
    private var files: [(number: UInt64, name: String)] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [(number: UInt64, name: String)] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let number = number(in: name) else { continue }
            var status = stat()
            guard lstat(folder + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            found.append((number, name))
        }
        return found.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
    }

    /// The number in a name of ours; nil in all others.
    func number(in name: String) -> UInt64? {
        guard name.hasPrefix(stem + "-"), name.hasSuffix(suffix),
            name.utf8.count > stem.utf8.count + suffix.utf8.count
        else { return nil }
        let parts = name.utf8.dropFirst(stem.utf8.count + 1).dropLast(suffix.utf8.count)
            .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, (5...19).contains(parts[0].count), parts[1].count == 16,
            parts[0].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            zip(parts[1], "00000000T000000Z".utf8).allSatisfy({ byte, form in
                form == UInt8(ascii: "0") ? (form...UInt8(ascii: "9")).contains(byte) : byte == form
            })
        else { return nil }
        return UInt64(String(decoding: parts[0], as: UTF8.self))
    }

    /// A time as in ISO 8601's basic format, in UTC.
    private static func text(of time: UInt64) -> String {
        var seconds = time_t(time / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(parts.tm_year + 1900)\(digits(parts.tm_mon + 1))\(digits(parts.tm_mday))T"
            + "\(digits(parts.tm_hour))\(digits(parts.tm_min))\(digits(parts.tm_sec))Z"
    }
}
