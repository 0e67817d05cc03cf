import Packets

/// UDP payloads on a tunnel's port. The first byte chooses the tunnel.
///
/// A packet is within the datagram and begins as announced, and a header that is read and written again has the same
/// bytes, reserved ones aside.
enum DecapsulationFuzzer: Fuzzer {
    static let name = "decapsulation"

    static func test(_ input: UnsafeRawBufferPointer) {
        var input = Input(input)
        let tunnel = input.pick(Tunnel.allCases)
        let payload = input.buffer
        switch Decapsulation(tunnel, payload: payload.bytes) {
        case .packet(let vni, .ethernet, let offset, let metadata):
            expect(offset >= 0 && offset + Ethernet.headerLength <= payload.count, "no Ethernet header at \(offset)")
            check(vni, of: tunnel)
            check(metadata, in: payload, upTo: offset)
        case .packet(let vni, .ip, let offset, let metadata):
            expect(payload.indices.contains(offset), "no packet at \(offset)")
            let version = payload[offset] >> 4
            expect(version == 4 || version == 6, "version \(version) at \(offset)")
            check(vni, of: tunnel)
            check(metadata, in: payload, upTo: offset)
        case .probe: expect(payload.isEmpty, "\(payload.count) bytes are no probe")
        case .malformed: expect(!payload.isEmpty, "nothing at all is a probe")
        }
        switch tunnel {
        case .vxlan: checkVXLAN(payload)
        case .geneve: checkGeneve(payload)
        case .gue: checkGUE(payload)
        }
    }

    private static func check(_ vni: UInt32?, of tunnel: Tunnel) {
        expect((vni == nil) == (tunnel == .gue), "\(tunnel) with the VNI \(String(describing: vni))")
        expect(vni ?? 0 <= 0xff_ffff, "a VNI has 24 bits")
    }

    /// Metadata stand somewhere in the header.
    private static func check(_ metadata: CopyMetadata?, in payload: UnsafeRawBufferPointer, upTo end: Int) {
        guard let metadata else { return }
        let header = UnsafeRawBufferPointer(rebasing: payload[..<end]).bytes
        let places = stride(from: 0, to: end, by: 4)
        expect(places.contains { CopyMetadata(header, at: $0) == metadata }, "\(metadata) is not in the header")
    }

    private static func checkVXLAN(_ payload: UnsafeRawBufferPointer) {
        guard case .header(let header, let length) = VXLANHeader.decode(payload.bytes) else { return }
        let written = header.encoded
        expect(written.count == length, "\(length) bytes became \(written.count)")
        expect(VXLANHeader.decode(written.span.bytes) == .header(header, length: length), "\(written) reads otherwise")
        expect(written[4..<7].elementsEqual(payload[4..<7]), "another VNI")
    }

    private static func checkGeneve(_ payload: UnsafeRawBufferPointer) {
        guard case .header(let header, let length) = GeneveHeader.decode(payload.bytes) else { return }
        var options: [GeneveOption] = []
        var offset = GeneveHeader.fixedLength
        while offset < length {
            let end = offset + 4 + Int(payload[offset + 3] & 0x1f) * 4
            let optionClass = UInt16(payload[offset]) << 8 | UInt16(payload[offset + 1])
            let (type, data) = (payload[offset + 2], Array(payload[offset + 4..<end]))
            options.append(
                require("option at \(offset)") { try GeneveOption(optionClass: optionClass, type: type, data: data) })
            offset = end
        }
        let written = require("Geneve header") { try header.encoded(options: options) }
        expect(written.count == length, "\(length) bytes became \(written.count)")
        expect(GeneveHeader.decode(written.span.bytes) == .header(header, length: length), "\(written) reads otherwise")
        let again = require("Geneve header") { try TunnelHeader.geneve(header, options: options).encoded() }
        expect(again == written, "a tunnel header is another header")
    }

    private static func checkGUE(_ payload: UnsafeRawBufferPointer) {
        guard case .header(let header, let length) = GUEHeader.decode(payload.bytes) else { return }
        guard length > 0 else {
            expect(require("GUE header") { try header.encoded() }.isEmpty, "variant 1 has no header")
            return
        }
        let extensions = Array(payload[GUEHeader.fixedLength..<length])
        let written = require("GUE header") { try header.encoded(extensions: extensions) }
        expect(written.elementsEqual(payload[..<length]), "\(Array(payload[..<length])) became \(written)")
    }

    static func seeds() throws -> [Seed] {
        let frame = FrameBuilder().ipv4(from: .ipv4(0x0a00_0001), to: .ipv4(0x0a00_0002)).tcp(from: 1, to: 2).frame
        let packet = Array(frame.dropFirst(Ethernet.headerLength))
        let ipv6 = Array(
            FrameBuilder().ipv6(from: .ipv6(1), to: .ipv6(2)).udp(from: 1, to: 2).frame.dropFirst(
                Ethernet.headerLength))
        let metadata = MetadataFuzzer.example.encoded
        let option = try GeneveOption(
            optionClass: CopyMetadata.optionClass, type: CopyMetadata.type, data: Array(metadata.dropFirst(4)))
        let other = try GeneveOption(optionClass: 0x0102, type: 3, data: [1, 2, 3, 4, 5, 6, 7, 8])
        let critical = try GeneveOption(optionClass: 0x0102, type: 0x83, data: [])
        let ofFrames = GeneveHeader(vni: 7)
        return [
            Seed("vxlan", [0] + VXLANHeader(vni: 0x123456).encoded + frame),
            Seed("geneve", [1] + (try ofFrames.encoded()) + frame),
            Seed("geneve-metadata", [1] + (try ofFrames.encoded(options: [option])) + frame),
            Seed("geneve-options", [1] + (try ofFrames.encoded(options: [other, option, other])) + frame),
            Seed("geneve-critical", [1] + (try ofFrames.encoded(options: [other, critical])) + frame),
            Seed("geneve-control", [1] + (try GeneveHeader(vni: 7, isControl: true).encoded()) + frame),
            Seed("geneve-ipv4", [1] + (try GeneveHeader(vni: 7, protocolType: Ethernet.ipv4).encoded()) + packet),
            Seed("geneve-ipv6", [1] + (try GeneveHeader(vni: 7, protocolType: Ethernet.ipv6).encoded()) + ipv6),
            Seed("gue-ipv4", [2] + (try GUEHeader.data(ipProtocol: 4, flags: 0).encoded()) + packet),
            Seed("gue-ipv6", [2] + (try GUEHeader.data(ipProtocol: 41, flags: 0).encoded()) + ipv6),
            Seed(
                "gue-metadata",
                [2] + (try GUEHeader.data(ipProtocol: 143, flags: 0).encoded(extensions: metadata)) + frame),
            Seed(
                "gue-private-flags",
                [2] + (try GUEHeader.data(ipProtocol: 143, flags: 1).encoded(extensions: [0, 0, 0, 9])) + frame),
            Seed("gue-control", [2] + (try GUEHeader.control(type: 5, flags: 0).encoded())),
            Seed("gue-direct-ipv4", [2] + packet), Seed("gue-direct-ipv6", [2] + ipv6),
        ]
    }
}
