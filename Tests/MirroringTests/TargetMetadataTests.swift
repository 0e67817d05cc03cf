import KernelABI
import Packets
import TestSupport
import Testing

@testable import Mirroring

/// Which targets' copies carry metadata, and where in their header.
struct TargetMetadataTests {
    private static let route = TargetRoute(
        path: .route, interfaceIndex: 3, interfaceName: "eth0", source: "192.0.2.1", mtu: 1500)
    private static let route6 = TargetRoute(
        path: .route, interfaceIndex: 3, interfaceName: "eth0", source: "2001:db8::1", mtu: 1500)

    @Test(arguments: [
        ("geneve://192.0.2.9", 50), ("geneve://[2001:db8::9]", 70), ("gue://192.0.2.9", 46),
        ("gue://[2001:db8::9]", 66), ("gue://192.0.2.9?metadata=on", 46),
    ])
    func `metadata are the last of the header`(text: String, place: Int) throws {
        let target = try Target(text)
        #expect(target.carriesMetadata)
        let entry = try target.entry(
            text.contains("[") ? Self.route6 : Self.route, oversize: .truncate, stream: 0xaabb_ccdd, number: 5)
        #expect(entry.metadata == place && entry.header_length == place + CopyMetadata.length)
        let header = withUnsafeBytes(of: entry.header) { Array($0) }
        let read = CopyMetadata(header.span.bytes, at: place)
        let metadata = try #require(read)
        #expect(metadata.stream == 0xaabb_ccdd && metadata.target == 5)
        // The tunnel's own length counts them.
        let payload = Array(header[(text.contains("[") ? 62 : 42)..<Int(entry.header_length)]) + [0x45]
        if text.hasPrefix("geneve") {
            guard case .header(_, let length) = GeneveHeader.decode(payload.span.bytes) else {
                Issue.record("no Geneve header")
                return
            }
            #expect(length == payload.count - 1)
        } else {
            guard case .header(_, let length) = GUEHeader.decode(payload.span.bytes) else {
                Issue.record("no GUE header")
                return
            }
            #expect(length == payload.count - 1)
        }
    }

    @Test(arguments: [
        "vxlan://192.0.2.9", "gue://192.0.2.9?variant=1", "geneve://192.0.2.9?metadata=off",
        "gue://192.0.2.9?metadata=off", "device:lo",
    ])
    func `others carry none`(text: String) throws {
        let target = try Target(text)
        #expect(!target.carriesMetadata)
        #expect(try target.entry(Self.route, oversize: .truncate, stream: 1, number: 0).metadata == 0)
    }

    @Test(arguments: [
        ("vxlan://192.0.2.9?metadata=on", "is not an option of vxlan"),
        ("gue://192.0.2.9?variant=1&metadata=on", "variant 1 has no header"),
        ("geneve://192.0.2.9?metadata=maybe", "neither on nor off"),
    ])
    func `what cannot be is refused, with the reason`(text: String, reason: String) throws {
        let error = #expect(throws: MirrorError.self) { try Target(text) }
        #expect(error?.message.contains(reason) == true, "\(error as Any)")
    }
}
