extension IPAddress {
    /// Reads dotted decimal IPv4 or IPv6 in any form of RFC 4291 section 2.2.
    ///
    /// Numbers of an IPv4 address have no leading zeros (which some programs read as octal); zone names
    /// (`fe80::1%eth0`) are no part of an address.
    /// - Throws: `PacketError` of code `address`.
    public init(_ text: String) throws(PacketError) {
        let characters = Array(text.utf8)
        if let value = Self.ipv4(characters[...]) {
            self = .ipv4(value)
        } else if let value = Self.ipv6(characters) {
            self = .ipv6(value)
        } else {
            throw PacketError(
                .address, "\"\(text)\" is not an IP address: write IPv4 like 192.0.2.1 or IPv6 like 2001:db8::1")
        }
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var number: UInt32 = 0
            for character in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
                number = number * 10 + UInt32(character - UInt8(ascii: "0"))
            }
            guard number <= 255 else { return nil }
            address = address << 8 | number
        }
        return address
    }

    private static func ipv6(_ text: [UInt8]) -> UInt128? {
        // One "::" at most: what stands before it fills from the left, what stands after it from the right.
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        guard let gap else {
            guard let words = words(text[...], mayEndInIPv4: true), words.count == 8 else { return nil }
            return value(words)
        }
        let before = text[..<gap]
        let after = text[(gap + 2)...]
        guard after.first != colon,
            let left = before.isEmpty ? [] : words(before, mayEndInIPv4: false),
            let right = after.isEmpty ? [] : words(after, mayEndInIPv4: true),
            left.count + right.count <= 7
        else { return nil }
        return value(left + Array(repeating: 0, count: 8 - left.count - right.count) + right)
    }

    private static func words(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var words: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let address = ipv4(part) {
                words += [UInt16(address >> 16), UInt16(truncatingIfNeeded: address)]
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var word: UInt16 = 0
            for character in part {
                guard let digit = hexadecimal(character) else { return nil }
                word = word << 4 | digit
            }
            words.append(word)
        }
        return words
    }

    private static func hexadecimal(_ character: UInt8) -> UInt16? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(character - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(character - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func value(_ words: [UInt16]) -> UInt128 {
        words.reduce(0) { $0 << 16 | UInt128($1) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the canonical form of RFC 5952; IPv4-mapped addresses end in dotted decimal (its section 5).
    public var description: String {
        switch self {
        case .ipv4(let value):
            return Self.dotted(value)
        case .ipv6(let value) where value >> 32 == 0xffff:
            return "::ffff:\(Self.dotted(UInt32(truncatingIfNeeded: value)))"
        case .ipv6(let value):
            let words = (0..<8).map { UInt16(truncatingIfNeeded: value >> (112 - 16 * $0)) }
            let text = words.map { String($0, radix: 16) }
            // RFC 5952 section 4.2: the longest run of zero words, the first of equals, never a single word.
            var run = 0..<0
            var start: Int?
            for index in 0...8 {
                if index < 8, words[index] == 0 {
                    start = start ?? index
                } else if let first = start {
                    if index - first > run.count { run = first..<index }
                    start = nil
                }
            }
            guard run.count > 1 else { return text.joined(separator: ":") }
            let left = text[..<run.lowerBound].joined(separator: ":")
            let right = text[run.upperBound...].joined(separator: ":")
            return "\(left)::\(right)"
        }
    }

    private static func dotted(_ value: UInt32) -> String {
        "\(value >> 24).\(value >> 16 & 0xff).\(value >> 8 & 0xff).\(value & 0xff)"
    }
}
