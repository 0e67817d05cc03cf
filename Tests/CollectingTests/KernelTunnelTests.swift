import Collecting
import Packets
import Pcapng
import TestSupport
import Testing

/// The kernel's own tunnel device as the sender.
@Suite struct KernelTunnelTests {
    @Test(arguments: [("10.9.0.1", "10.9.0.2", 24), ("fd09::1", "fd09::2", 64)])
    func `what the kernel's VXLAN device sends is collected unchanged`(local: String, remote: String, prefix: Int)
        async throws
    {
        let edge = try NetworkNamespace()
        let analyst = try NetworkNamespace()
        try edge.ip("link add wire0 type veth peer name wire1")
        try edge.ip("link set wire1 netns \(analyst.path)")
        try edge.ip("address add \(local)/\(prefix) dev wire0 \(local.contains(":") ? "nodad" : "")")
        try analyst.ip("address add \(remote)/\(prefix) dev wire1 \(local.contains(":") ? "nodad" : "")")
        try edge.ip("link set wire0 up")
        try analyst.ip("link set wire1 up")
        let path = local.contains(":") ? "udp6zerocsumtx" : "noudpcsum"
        try edge.ip("link add tunnel0 type vxlan id 4242 local \(local) remote \(remote) dstport 4789 \(path)")
        try edge.ip("link set tunnel0 addrgenmode none")
        try edge.ip("link set tunnel0 up")

        let directory = try TemporaryDirectory()
        var generator = SeededGenerator(seed: 21)
        let frames = (0..<300).map { _ in generator.frame().frame }
        let collector = try TestCollector(in: analyst) {
            $0.listeners = [.init(.vxlan)]
            $0.output = .file(directory.path("out.pcapng"))
            $0.packetLimit = UInt64(frames.count)
            // Only for when something is wrong: the limit ends it.
            $0.duration = .seconds(30)
        }
        let socket = try edge.perform { try FrameSocket("tunnel0") }
        async let ended = collector.run()
        for frame in frames { try socket.send(frame) }
        let snapshot = try await ended
        #expect(snapshot.received == UInt64(frames.count))
        #expect(snapshot.malformed == 0)
        #expect(snapshot.senders.map(\.vni) == [4242])
        #expect(snapshot.senders.map(\.address) == [try IPAddress(local)])
        var reader = try CaptureReader(directory.read("out.pcapng"))
        #expect(try reader.rest().map(\.bytes) == frames)
    }
}
