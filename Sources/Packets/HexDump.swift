/// Packets out of the hexadecimal text that people have: bare digits, bytes with blanks, colons or `0x` between them, and
/// the dumps of `tcpdump -xx` and `-XX`, xxd and `hexdump -C`.
public struct HexDump: Hashable, Sendable {
    /// The packets in their order; only a dump with offsets can have more than one.
    public let packets: [[UInt8]]

    /// - Throws: `PacketError` of code `hexadecimal`.
    public init(_ text: String) throws(PacketError) {
        // Characters and not scalars: a line end may be two.
        let lines = text.split(whereSeparator: \.isNewline)
        let dumped = lines.map(DumpLine.init)
        if let first = dumped.first(where: { $0 != nil }), first?.offset == 0 {
            packets = try Self.dump(lines, dumped)
        } else {
            packets = [try Self.bytes(lines)]
        }
        guard packets.allSatisfy({ !$0.isEmpty }) else {
            throw PacketError(.hexadecimal, "there is no byte; write a packet in hexadecimal digits")
        }
    }

    /// Lines of a dump; what stands between them, such as tcpdump's summaries, is passed over.
    ///
    /// Of what tcpdump cannot decode it dumps that part too, right before the packet: where summaries divide the dumps,
    /// a packet is the last one before the next summary.
    private static func dump(_ lines: [Substring], _ dumped: [DumpLine?]) throws(PacketError) -> [[UInt8]] {
        let hasSummaries = dumped.first.map { $0 == nil } ?? false
        var packets: [[UInt8]] = []
        var followsDump = false
        for (line, dump) in zip(lines, dumped) {
            guard let dump else {
                if line.trimmingBlanks() == "*" {
                    throw PacketError(.hexadecimal, "a * stands for lines that are left out; make the dump with -v")
                }
                followsDump = false
                continue
            }
            if dump.offset == 0 {
                if hasSummaries, followsDump { packets.removeLast() }
                packets.append([])
            }
            followsDump = true
            let count = packets.last?.count ?? 0
            guard dump.offset == count else {
                throw PacketError(
                    .hexadecimal,
                    "the line \"\(line.prefix(40))\" begins at byte \(dump.offset), and \(count) stand before it")
            }
            packets[packets.count - 1] += dump.bytes
        }
        return packets
    }

    /// Bytes without offsets.
    private static func bytes(_ lines: [Substring]) throws(PacketError) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in lines.flatMap({ $0.split(whereSeparator: { " \t:,;-".contains($0) }) }) {
            let digits = word.hasPrefix("0x") || word.hasPrefix("0X") ? word.dropFirst(2) : word
            guard let values = digits.hexadecimalBytes else {
                // The offsets of od(1) have seven digits, which would be read as bytes if they were not odd.
                throw PacketError(
                    .hexadecimal,
                    "\"\(word.prefix(40))\" is not bytes of two hexadecimal digits; write digits with or without blanks, "
                        + "or a dump of tcpdump -xx, xxd or hexdump -C")
            }
            bytes += values
        }
        return bytes
    }
}

/// A line of a dump: where its bytes begin, the bytes, and often the same as text.
private struct DumpLine {
    let offset: Int
    let bytes: [UInt8]

    /// Bytes that these programs put in a line.
    private static let maximumCount = 16

    /// nil for a line that does not begin with an offset.
    init?(_ line: Substring) {
        let line = line.trimmingBlanks()
        let word = line.prefix { !$0.isWhitespace }
        let hasColon = word.last == ":"
        let digits = hasColon ? word.dropLast() : word
        let bare = digits.hasPrefix("0x") ? digits.dropFirst(2) : digits
        // hexdump -C has eight digits, no colon, and two blanks behind it.
        let rest = line[word.endIndex...]
        guard (4...8).contains(bare.count), let offset = Int(bare, radix: 16), bare.first?.isHexDigit == true,
            hasColon || (bare.count == 8 && rest.hasPrefix("  "))
        else { return nil }
        var bytes: [UInt8] = []
        var previousEnd: Substring.Index?
        for word in rest.split(separator: " ") {
            if word.first == "|" { break }
            // Two blanks end what is dumped and begin the text; hexdump -C has bars for that.
            if hasColon, let previousEnd, rest.distance(from: previousEnd, to: word.startIndex) > 1 { break }
            previousEnd = word.endIndex
            guard let values = word.hexadecimalBytes else { break }
            bytes += values
        }
        guard !bytes.isEmpty, bytes.count <= Self.maximumCount else { return nil }
        self.offset = offset
        self.bytes = bytes
    }
}

extension Substring {
    /// Pairs of hexadecimal digits as bytes; nil when it is anything else.
    fileprivate var hexadecimalBytes: [UInt8]? {
        let digits = compactMap { $0.isASCII ? $0.hexDigitValue.map(UInt8.init) : nil }
        guard digits.count == count, count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    fileprivate func trimmingBlanks() -> Substring {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
        return start[...last]
    }
}
