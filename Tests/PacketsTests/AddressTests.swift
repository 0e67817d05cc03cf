import Glibc
import Packets
import TestSupport
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("0:0:0:0:0:0:0:0", "::"), ("0001:0::", "1::"),
    ])
    func `an address is read and written in its canonical form`(text: String, canonical: String) throws {
        let address = try IPAddress(text)
        #expect(address.description == canonical)
        #expect(try IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1..3.4", "1.2.3.", "+1.2.3.4",
        "1.2.3.-4", "0x1.2.3.4", ":", ":::", "1:::2", "1::2::3", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "fe80::1%eth0", "::1.2.3", "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4", "[::1]", "１.2.3.4", "::ffff:1.2.3.04",
    ])
    func `what is no address is refused`(text: String) {
        let error = #expect(throws: PacketError.self) { try IPAddress(text) }
        #expect(error?.code == .address)
        #expect(error?.message.contains("\"\(text)\"") == true)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `the C library reads what we write and refuses what we refuse`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789abcdefF:::::....")
        for _ in 0..<2000 {
            var text = String(
                (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    alphabet.randomElement(using: &generator) ?? ":"
                })
            if generator.once(in: 2) {
                let words = (0..<8).map { _ in generator.once(in: 2) ? 0 : UInt16.random(in: 0...999, using: &generator)
                }
                let address = IPAddress.ipv6(words.reduce(0) { $0 << 16 | UInt128($1) })
                text = address.description
                // The C library also writes the outdated IPv4-compatible form (RFC 4291 section 2.5.5.1) with dots.
                if words[0..<6] != [0, 0, 0, 0, 0, 0] { #expect(canonical(text) == text, "seed \(seed)") }
            }
            #expect((try? IPAddress(text).bytes) == bytes(text), "seed \(seed): \(text)")
        }
    }

    @Test func `a mapped address is unequal to the IPv4 address and unmaps to it`() {
        #expect("::ffff:10.0.0.1" as IPAddress != "10.0.0.1")
        #expect(("::ffff:10.0.0.1" as IPAddress).unmapped == "10.0.0.1")
        #expect(("::fffe:10.0.0.1" as IPAddress).unmapped == "::fffe:10.0.0.1")
        #expect(("10.0.0.1" as IPAddress) < "::")
    }

    @Test func `an address folds to the exclusive or of its words`() {
        #expect(("10.0.0.1" as IPAddress).folded == 0x0a00_0001)
        #expect(("1:2:3:4:5:6:7:8" as IPAddress).folded == 0x0001_0002 ^ 0x0003_0004 ^ 0x0005_0006 ^ 0x0007_0008)
    }

    private func bytes(_ text: String) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 { return Array(buffer[..<4]) }
        return inet_pton(AF_INET6, text, &buffer) == 1 ? buffer : nil
    }

    private func canonical(_ text: String) -> String? {
        guard var bytes = bytes(text) else { return nil }
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, &bytes, &buffer, 64) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
