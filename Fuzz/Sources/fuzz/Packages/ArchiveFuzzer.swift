import Glibc
import PackageFormat

/// Archives: the first byte says whether the rest is a .tar.gz or a .zip. What is unpacked is within the limits and
/// within its directory, is files and directories, and its own archive unpacks to the same; a refusal leaves nothing.
///
/// Compression hides a tar file from the fuzzer, so where the byte says so it is put into gzip's form without any.
enum ArchiveFuzzer: Fuzzer {
    static let name = "archive"

    private static let limits = ArchiveLimits(
        archiveBytes: 1 << 20, totalBytes: 1 << 20, entries: 50, ratio: 50, duration: .seconds(5))
    private static let folder: String = {
        var template = Array("/tmp/periscope-fuzz-XXXXXX".utf8CString)
        expect(mkdtemp(&template) != nil, "cannot make a directory: \(errno)")
        atexit { _ = rmdir(ArchiveFuzzer.folder) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    static func test(_ input: UnsafeRawBufferPointer) {
        var input = Input(input)
        let kind = input.uint8() % 3
        let bytes = Array(input.buffer)
        require("the file system") { try examine(kind == 1 ? stored(bytes) : bytes, kind == 2 ? .zip : .tarGzip) }
    }

    private static func examine(_ bytes: [UInt8], _ format: ArchiveFormat) throws(PackageError) {
        let directory = try Directory(folder)
        let archive = try directory.makeFile("archive")
        try archive.write(bytes)
        do throws(PackageError) {
            try Extraction.run(archive, format: format, into: directory, as: "out", limits: limits)
            expect(try directory.entries().map(\.name) == ["archive", "out"], "something beside")
            try check(directory)
        } catch {
            expect([.archive, .tooLarge, .timedOut].contains(error.code), "another kind of failure: \(error)")
            expect(!error.message.contains("\n"), "a message of two lines: \(error)")
            expect(try directory.entries().map(\.name) == ["archive"], "something is left after \(error)")
        }
        for entry in try directory.entries() { try directory.remove(entry.name) }
    }

    /// What was unpacked; any failure from here on is one of ours.
    private static func check(_ directory: borrowing Directory) throws(PackageError) {
        let out = try directory.directory("out")
        let files = try out.files()
        expect(files.count <= limits.entries, "\(files.count) files")
        var total = 0
        for path in files { total += try out.file(path).size() }
        expect(total <= limits.totalBytes, "\(total) bytes")
        let again = try directory.makeFile("again")
        try ArchiveWriter.write(out, top: PackageName("top"), to: again)
        try Extraction.run(again, format: .tarGzip, into: directory, as: "second")
        let second = try directory.directory("second")
        guard !files.isEmpty else { return }
        let top = try second.directory("top")
        expect(try top.files() == files, "other files")
        for path in files {
            expect(try top.file(path).readAll(limit: 1 << 20) == out.file(path).readAll(limit: 1 << 20), "\(path)")
        }
    }

    /// gzip (RFC 1952) around stored blocks (RFC 1951).
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var gzip: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(0xffff)
            rest = rest.dropFirst(block.count)
            gzip.append(rest.isEmpty ? 1 : 0)
            let length = UInt16(block.count)
            for number in [length, ~length] { gzip += [UInt8(number & 0xff), UInt8(number >> 8)] }
            gzip += block
        } while !rest.isEmpty
        for number in [checksum(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            gzip += (0..<4).map { UInt8(number >> ($0 * 8) & 0xff) }
        }
        return gzip
    }

    /// CRC-32 as RFC 1952 has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0 as UInt32) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
    }

    private static func tar(_ name: String, _ type: Character, _ contents: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        let size = String(contents.count, radix: 8)
        put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
        put("00000000000", at: 136)
        put("        \(type)", at: 148)
        put("ustar\u{0}00", at: 257)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        return header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }

    static func seeds() throws -> [Seed] {
        let end = [UInt8](repeating: 0, count: 1024)
        let file = tar("p/a", "0", [1, 2, 3])
        let pax = tar("x", "x", Array("18 path=p/longer.x\n".utf8))
        let zip: [UInt8] =
            [
                0x50, 0x4b, 3, 4, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1d, 0x80, 0xbc, 0x55, 3, 0, 0, 0, 3, 0, 0, 0, 3, 0,
                0, 0,
            ]
            + Array("p/a".utf8) + [1, 2, 3]
            + [0x50, 0x4b, 1, 2, 10, 3, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1d, 0x80, 0xbc, 0x55, 3, 0, 0, 0, 3, 0, 0, 0]
            + [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81, 0, 0, 0, 0] + Array("p/a".utf8)
            + [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 49, 0, 0, 0, 36, 0, 0, 0, 0, 0]
        return [
            Seed("tar", [1] + tar("p/", "5", []) + file + end), Seed("pax", [1] + pax + file + end),
            Seed("symlink", [1] + tar("p/l", "2", []) + end), Seed("twice", [1] + file + file + end),
            Seed("long-name", [1] + tar("././@LongLink", "L", Array("p/long\u{0}".utf8)) + file + end),
            Seed("gzip", [0] + stored(file + end)), Seed("zip", [2] + zip),
        ]
    }
}
