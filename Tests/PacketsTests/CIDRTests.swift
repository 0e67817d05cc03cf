import Foundation
import Packets
import TestSupport
import Testing

@Suite struct CIDRTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "255.1.2.3", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.0", false), ("::/0", "ffff::", true),
        ("0.0.0.0/0", "::", false), ("::/0", "0.0.0.0", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::", false), ("::1/128", "::1", true), ("::1", "::", false),
        ("128.0.0.0/1", "128.0.0.0", true), ("128.0.0.0/1", "127.255.255.255", false),
    ])
    func `a prefix contains its addresses and no others`(prefix: String, address: String, isInside: Bool) throws {
        #expect(try CIDR(prefix).contains(IPAddress(address)) == isInside)
    }

    @Test(arguments: [
        ("10.0.0.1/8", PacketError.Code.hostBits), ("::1/127", .hostBits), ("1.2.3.4/0", .hostBits),
        ("10.0.0.0/33", .prefix), ("::/129", .prefix), ("10.0.0.0/", .prefix), ("10.0.0.0/-1", .prefix),
        ("10.0.0.0/+8", .prefix), ("10.0.0.0/08", .prefix), ("10.0.0.0/8/8", .prefix), ("10.0.0.0/9999", .prefix),
        ("10.0.0/8", .address), ("/8", .address), ("", .address),
    ])
    func `what is no prefix is refused with the reason`(text: String, code: PacketError.Code) {
        let error = #expect(throws: PacketError.self) { try CIDR(text) }
        #expect(error?.code == code)
    }

    @Test func `the refusal of host bits says what to write`() {
        let error = #expect(throws: PacketError.self) { try CIDR("10.1.2.3/8") }
        #expect(error?.message.contains("write 10.0.0.0/8, or 10.1.2.3") == true)
    }

    @Test func `a prefix is text in JSON`() throws {
        let prefix = try CIDR("2001:db8::/32")
        let json = try JSONEncoder().encode([prefix])
        #expect(String(decoding: json, as: UTF8.self) == #"["2001:db8::\/32"]"#)
        #expect(try JSONDecoder().decode([CIDR].self, from: json) == [prefix])
    }
}
