import Glibc
import Packets

/// The text of addresses and prefixes, as rule files and targets have it: against inet_pton(3).
enum AddressFuzzer: Fuzzer {
    static let name = "address"

    static func test(_ input: UnsafeRawBufferPointer) {
        let text = String(decoding: input, as: UTF8.self)
        let address = try? IPAddress(text)
        // A C string ends at its first NUL.
        expect(address == (text.utf8.contains(0) ? nil : oracle(text)), "'\(text)': \(String(describing: address))")
        if let address {
            let written = address.description
            expect(oracle(written) == address, "'\(text)' became '\(written)'")
            expect((try? IPAddress(written)) == address, "'\(written)' is another address")
            expect(address.unmapped.bytes == Array(address.bytes.suffix(address.unmapped.bytes.count)), "\(address)")
        }
        guard let prefix = try? CIDR(text) else { return }
        expect(prefix.contains(prefix.address), "\(prefix) does not contain its first address")
        expect((try? CIDR(prefix.description)) == prefix, "'\(text)' became '\(prefix)'")
    }

    private static func oracle(_ text: String) -> IPAddress? {
        var (ipv4, ipv6) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &ipv4) == 1 { return .ipv4(UInt32(bigEndian: ipv4.s_addr)) }
        guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
        return .ipv6(withUnsafeBytes(of: &ipv6) { $0.reduce(0) { $0 << 8 | UInt128($1) } })
    }

    static func seeds() -> [Seed] {
        [
            Seed("ipv4", "192.0.2.1"), Seed("ipv4-prefix", "10.0.0.0/8"), Seed("ipv4-octal", "010.0.0.1"),
            Seed("ipv6", "2001:db8::1"), Seed("ipv6-prefix", "2001:db8::/32"), Seed("ipv6-all", "::/0"),
            Seed("ipv6-words", "1:2:3:4:5:6:7:8"), Seed("ipv6-mapped", "::ffff:10.0.0.1"),
            Seed("ipv6-zone", "fe80::1%eth0"), Seed("ipv6-end", "1:2:3:4:5:6:7::"),
        ]
    }
}
