import Packets
import TestSupport
import Testing

/// What another dissector sees in the frames that we build.
@Suite struct DissectorTests {
    static let fields = [
        "vlan.id", "ieee8021ad.id", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.proto",
        "tcp.srcport", "tcp.dstport", "udp.srcport",
        "udp.dstport", "sctp.srcport", "sctp.dstport", "tcp.flags", "ip.checksum.status", "tcp.checksum.status",
        "udp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status",
    ]

    @Test(arguments: 0..<3 as Range<UInt64>)
    func `tshark sees the fields that we see and finds every checksum right`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let frames = (0..<300).map { _ in generator.frame().frame }
        let directory = try TemporaryDirectory()
        let path = try directory.write(ClassicCapture.bytes(frames), to: "frames.pcap")
        let checks = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"].flatMap { ["-o", "\($0):TRUE"] }
        let output = try Tool("tshark").run(
            ["-n", "-r", path, "-T", "fields", "-E", "occurrence=f"] + checks + Self.fields.flatMap { ["-e", $0] })
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        try #require(lines.count == frames.count)
        for (line, frame) in zip(lines, frames) {
            let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let seen = Dictionary(uniqueKeysWithValues: zip(Self.fields, values))
            func first(_ names: String...) -> String? { names.compactMap { seen[$0] }.first { !$0.isEmpty } }
            let fields = PacketFields(frame: frame)
            let isService = seen["frame.protocols"]?.hasPrefix("eth:ethertype:ieee8021ad") == true
            #expect(
                fields.vlan.map { "\($0)" } == first(isService ? "ieee8021ad.id" : "vlan.id"), "seed \(seed)")
            #expect(fields.source?.description == first("ip.src", "ipv6.src"), "seed \(seed)")
            #expect(fields.destination?.description == first("ip.dst", "ipv6.dst"), "seed \(seed)")
            #expect(fields.sourcePort.map { "\($0)" } == first("tcp.srcport", "udp.srcport", "sctp.srcport"))
            #expect(fields.destinationPort.map { "\($0)" } == first("tcp.dstport", "udp.dstport", "sctp.dstport"))
            // Wireshark's twelve bits of flags take in the reserved ones above ours.
            let flags = first("tcp.flags").flatMap { UInt16($0.dropFirst(2), radix: 16) }
            #expect(fields.tcpFlags == flags.map { UInt8(truncatingIfNeeded: $0) }, "seed \(seed)")
            if seen["ip.proto"] != "" { #expect(fields.ipProtocol.map { "\($0)" } == seen["ip.proto"]) }
            // 1 is "good"; a UDP checksum may be absent, ours never are.
            for name in Self.fields where name.hasSuffix("checksum.status") && seen[name] != "" {
                #expect(seen[name] == "1", "seed \(seed): \(name)")
            }
        }
    }

    @Test func `tshark puts the fragments together again`() throws {
        let payload = (0..<4000).map { UInt8(truncatingIfNeeded: $0) }
        let frames = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 9, payload: payload)
            .fragments(of: 1480)
        #expect(frames.count == 3)
        let directory = try TemporaryDirectory()
        let path = try directory.write(ClassicCapture.bytes(frames), to: "fragments.pcap")
        let output = try Tool("tshark").run(
            "-n", "-r", path, "-T", "fields", "-e", "udp.length", "-e", "udp.checksum.status", "-o",
            "udp.check_checksum:TRUE")
        #expect(output.split(separator: "\n").last { $0 != "\t" } == "4008\t1")
    }
}
