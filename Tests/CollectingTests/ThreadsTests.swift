import Collecting
import Glibc
import Packets
import Pcapng
import TestSupport
import Testing

@Suite struct ThreadsTests {
    private func datagram(_ sequence: UInt32, _ packet: [UInt8]) throws -> [UInt8] {
        let metadata = CopyMetadata(
            stream: 7, sequence: sequence, rule: 2, ruleSequence: sequence, originalLength: 42, flags: .egress)
        return try GeneveHeader(vni: 1).encoded(options: [metadata.option]) + packet
    }

    @Test(arguments: [1, 4])
    func `copies that several threads receive are neither lost nor reordered`(threads: Int) async throws {
        let directory = try TemporaryDirectory()
        let collector = try TestCollector {
            $0.listeners = [.init(.geneve, port: 0)]
            $0.threads = threads
            $0.output = .file(directory.path("out.pcapng"))
        }
        // Each from a port of its own: the kernel spreads them.
        let senders = try (0..<32).map { _ in try collector.sender(.geneve) }
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2).frame
        // Until then datagrams may get their times when they are received (net_enable_timestamp).
        usleep(100_000)
        let count = 50_000
        let stop = collector.stop
        async let ended = collector.run()
        for number in 0..<count {
            // The thousandth is lost, the two thousandth comes twice.
            if number % 3000 == 1000 { continue }
            let bytes = try datagram(UInt32(number), frame)
            try senders[number % 32].send(bytes)
            if number % 3000 == 2000 { try senders[(number + 5) % 32].send(bytes) }
            // Not faster than this machine's collector is.
            if number % 500 == 0 { usleep(2000) }
        }
        stop.request()
        let snapshot = try await ended
        #expect(snapshot.lost == 0)
        #expect(snapshot.sockets.count == 1)
        let sender = try #require(snapshot.senders.first)
        let (lost, twice) = (UInt64((count + 1999) / 3000), UInt64((count + 999) / 3000))
        #expect(sender.lost == lost)
        #expect(sender.duplicated == twice)
        #expect(sender.reordered == 0)
        #expect(sender.received == UInt64(count) - lost)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        let packets = try reader.rest()
        #expect(packets.count == count - Int(lost) + Int(twice))
        let times = packets.compactMap(\.time)
        #expect(times == times.sorted())
    }

    @Test func `a port that several threads share is nobody else's`() throws {
        let namespace = try NetworkNamespace()
        let first = try TestCollector(in: namespace) { $0.threads = 3 }
        let port = first.ports[.vxlan] ?? 0
        for threads in [1, 3] {
            let error = #expect(throws: CollectorError.self) {
                _ = try TestCollector(in: namespace) {
                    $0.listeners = [.init(.vxlan, port: port)]
                    $0.threads = threads
                }
            }
            #expect(error?.code == .listen)
        }
    }

    @Test func `several threads end at the packet limit, and at the stop`() async throws {
        let collector = try TestCollector {
            $0.threads = 4
            $0.packetLimit = 100
        }
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        for _ in 0..<20 {
            let sender = try collector.sender(.vxlan)
            for _ in 0..<20 { try sender.send(Carried.vxlan.datagram(frame)) }
        }
        let snapshot = try await collector.run()
        #expect(snapshot.received == 100)
        #expect(snapshot.isComplete)
    }
}
