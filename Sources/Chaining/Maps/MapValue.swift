internal import BPF
import Glibc

/// A key or a value of a map, as people write it.
public enum MapValue: Hashable, Sendable, CustomStringConvertible {
    /// A number in host byte order: the low bytes, as many as the map has, as L3AF writes them. A wider key or value is
    /// filled up with its sign.
    case number(Int64)
    /// An address in network byte order, with its prefix length in front (32 bits, host order) where the map's keys are
    /// of longest-prefix-match tries.
    case address([UInt8], prefix: Int)
    /// Text, filled up with zero bytes.
    case text(String)
    /// The bytes themselves.
    case bytes([UInt8])

    /// What `text` says: a decimal or hexadecimal (0x) number, an IPv4 or IPv6 address with or without prefix length,
    /// else the text.
    public init(_ text: String) {
        if let number = Int64(text) {
            self = .number(number)
        } else if text.hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) {
            self = .number(Int64(bitPattern: number))
        } else if let (bytes, prefix) = Self.address(text) {
            self = .address(bytes, prefix: prefix)
        } else {
            self = .text(text)
        }
    }

    private static func address(_ text: String) -> ([UInt8], Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else { return nil }
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            guard inet_pton(family, String(parts[0]), &bytes) == 1 else { continue }
            guard parts.count == 2 else { return (bytes, count * 8) }
            guard let prefix = Int(parts[1]), (0...count * 8).contains(prefix) else { return nil }
            return (bytes, prefix)
        }
        return nil
    }

    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .address(let bytes, let prefix):
            (bytes.count == 4
                ? bytes.map(String.init).joined(separator: ".")
                : stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                    .joined(separator: ":")) + (prefix == bytes.count * 8 ? "" : "/\(prefix)")
        case .text(let text): "\"\(text)\""
        case .bytes(let bytes): bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        }
    }

    /// The value in so many bytes.
    ///
    /// - Parameter isTrieKey: of a longest-prefix-match trie.
    /// - Returns: nil when it does not fit.
    func encoded(_ size: Int, isTrieKey: Bool = false) -> [UInt8]? {
        switch self {
        case .number(let number):
            guard !isTrieKey else { return nil }
            let low = withUnsafeBytes(of: number.littleEndian) { Array($0) }
            let width = min(size, 8) * 8
            // As a signed or as an unsigned number; bits that would be lost are no number of this size.
            guard
                width == 64 || number >> Int64(width - 1) == 0 || number >> Int64(width - 1) == -1
                    || number >> Int64(width) == 0
            else { return nil }
            let filling: UInt8 = number < 0 ? 0xff : 0
            return Array(low.prefix(size)) + [UInt8](repeating: filling, count: max(0, size - 8))
        case .address(let bytes, let prefix):
            if isTrieKey {
                guard size == 4 + bytes.count else { return nil }
                return withUnsafeBytes(of: UInt32(prefix)) { Array($0) } + Self.masked(bytes, prefix)
            }
            return size == bytes.count && prefix == size * 8 ? bytes : nil
        case .text(let text):
            let bytes = Array(text.utf8)
            guard bytes.count <= size, !isTrieKey else { return nil }
            return bytes + [UInt8](repeating: 0, count: size - bytes.count)
        case .bytes(let bytes): return bytes.count == size ? bytes : nil
        }
    }

    /// The network's part of an address.
    private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let bits = min(8, max(0, prefix - index * 8))
            return bits == 0 ? 0 : byte & (0xff << UInt8(8 - bits))
        }
    }
}
