import Packets
import TestSupport
import Testing

/// Packets as people have them in hexadecimal, and as programs dump them.
@Suite struct HexDumpTests {
    private static let bytes: [UInt8] = [0x02, 0, 0, 0, 0, 0x01, 0xab, 0xCD]

    @Test(arguments: [
        "020000000001abcd", "020000000001ABCD", "02 00 00 00 00 01 ab cd", "02:00:00:00:00:01:ab:cd",
        "0x020000000001abcd", "0x02 0x00 0x00 0x00 0x00 0x01 0xab 0xcd",
        "0x02, 0x00, 0x00,\n0x00, 0x00, 0x01, 0xab, 0xcd",
        "0200 0000\r\n0001\tabcd\n", "  02-00-00-00-00-01-AB-CD  ", "0200\n\n00000001\nabcd", "020000000001 ab:cd;",
        "\t0x0000:  0200 0000 0001 abcd", "00000000: 0200 0000 0001 abcd                      ........",
        "00000000  02 00 00 00 00 01 ab cd                           |........|\n00000008\n",
        "18:00:00.000000 IP 10.0.0.1 > 10.0.0.2: tcp\n\t0x0000:  0200 0000 0001 abcd            ........\n",
        "0000: 02 00 00 00 00 01 ab cd", "00000000: 02 00 00 00 00 01\n00000006: ab cd",
    ])
    func `one packet is read in every form`(text: String) throws {
        #expect(try HexDump(text).packets == [Self.bytes])
    }

    @Test(arguments: [
        ("", "there is no byte"), (" \n ", "there is no byte"), ("0x", "there is no byte"),
        ("020", "\"020\" is not bytes"),
        ("02 0", "\"0\" is not bytes"), ("zz", "\"zz\" is not bytes"), ("tcp port 80", "\"tcp\" is not bytes"),
        ("0200 éé", "\"éé\" is not bytes"), ("０2", "is not bytes"),
        ("0000000 02 00\n0000002", "\"0000000\" is not bytes"),
        ("0x0000:  0200\n0x0010:  0300", "begins at byte 16, and 2 stand before it"),
        (
            "00000000  02 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000040  02  |.|",
            "with -v"
        ),
    ])
    func `what is no packet is refused`(text: String, words: String) {
        do throws(PacketError) {
            Issue.record("read as \(try HexDump(text).packets)")
        } catch {
            #expect(error.code == .hexadecimal)
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test func `frames are what programs dumped, whatever is in them`() throws {
        var generator = FrameGenerator(seed: 77)
        let directory = try TemporaryDirectory()
        for number in 0..<25 {
            // Text beside the bytes may look like bytes.
            let frame = number % 5 == 0 ? Array("0123 abcd  0200: |dead|".utf8) : generator.frame()
            let path = try directory.write(frame, to: "frame")
            for (name, arguments) in [
                ("xxd", [path]), ("xxd", ["-p", path]), ("xxd", ["-g1", path]), ("hexdump", ["-v", "-C", path]),
                ("od", ["-v", "-An", "-tx1", path]),
            ] {
                let text = try Tool(name).run(arguments)
                #expect(try HexDump(text).packets == [frame], "seed 77, frame \(number): \(name) \(arguments)\n\(text)")
            }
        }
    }

    @Test func `of what tcpdump could not decode its dump of a part is passed over`() throws {
        let text = """
            MPLS (label 1) IS-ISversion 110 packet not supported
            \t0x0000:  83e3
            \t0x0000:  0200 83e3
            IP 10.0.0.1 > 10.0.0.2: tcp 0
            \t0x0000:  0201

            """
        #expect(try HexDump(text).packets == [[2, 0, 0x83, 0xe3], [2, 1]])
        // Dumps without summaries are packets each.
        #expect(try HexDump("0x0000:  0200\n0x0000:  0201\n").packets == [[2, 0], [2, 1]])
    }

    @Test(arguments: ["-xx", "-XX"])
    func `tcpdump's dump of a capture gives all its packets`(option: String) throws {
        var generator = FrameGenerator(seed: 78)
        let frames = (0..<40).map { _ in generator.frame() }
        let directory = try TemporaryDirectory()
        let path = try directory.write(ClassicCapture.bytes(frames), to: "frames.pcap")
        let text = try Tool("tcpdump").run("-n", "-q", "-t", option, "-r", path)
        #expect(try HexDump(text).packets == frames, "seed 78")
    }
}
