import Collecting
import Foundation
import Glibc
import Packets
import Pcapng
import TestSupport
import Testing

@Suite struct WriteFailureTests {
    let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2")
        .udp(from: 1, to: 2, payload: [UInt8](repeating: 9, count: 1000))

    @Test func `what has no room is counted as not written`() async throws {
        let collector = try TestCollector { $0.output = .file("/dev/full") }
        let sender = try collector.sender(.vxlan)
        for _ in 0..<1000 { try sender.send(Carried.vxlan.datagram(frame)) }
        let snapshot = try await collector.finish()
        #expect(snapshot.received == 1000)
        #expect(snapshot.written == 0)
        #expect(snapshot.notWritten == 1000)
        #expect(snapshot.writeFailure == "cannot write to /dev/full: No space left on device")
    }

    /// A named pipe whose reading end the test holds.
    func pipe(in directory: TemporaryDirectory) -> (path: String, reader: Int32) {
        let path = directory.path("pipe")
        mkfifo(path, 0o600)
        return (path, open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC))
    }

    @Test func `a reader that went away ends writing and not the program`() async throws {
        let directory = try TemporaryDirectory()
        let (path, reader) = pipe(in: directory)
        let collector = try TestCollector { $0.output = .file(path) }
        close(reader)
        let sender = try collector.sender(.vxlan)
        for _ in 0..<1000 { try sender.send(Carried.vxlan.datagram(frame)) }
        let snapshot = try await collector.finish()
        #expect(snapshot.received == 1000)
        #expect(snapshot.writeFailure == "cannot write to \(path): Broken pipe")
        #expect(snapshot.hasWritingEnded)
        #expect(snapshot.written == 0)
        #expect(snapshot.notWritten == 1000)
    }

    @Test(arguments: [true, false])
    func `a reader that reads nothing cannot keep the collector from ending`(byDuration: Bool) async throws {
        let directory = try TemporaryDirectory()
        let (path, reader) = pipe(in: directory)
        defer { close(reader) }
        let collector = try TestCollector {
            $0.output = .file(path)
            if byDuration { $0.duration = .milliseconds(1500) }
        }
        let sender = try collector.sender(.vxlan)
        // The pipe holds 64 KiB, the writer's buffer 256 KiB.
        for _ in 0..<1000 { try sender.send(Carried.vxlan.datagram(frame)) }
        let snapshot = try await byDuration ? collector.run() : collector.finish()
        #expect(snapshot.received == 1000)
        #expect(snapshot.writeFailure?.hasPrefix("cannot write to \(path)") == true)
    }

    @Test func `a reader of a pipe gets the whole capture`() async throws {
        let directory = try TemporaryDirectory()
        let (path, reader) = pipe(in: directory)
        let collector = try TestCollector { $0.output = .file(path) }
        let sender = try collector.sender(.vxlan)
        for _ in 0..<1000 { try sender.send(Carried.vxlan.datagram(frame)) }
        // The reading end blocks from now on, until the collector closes its own.
        _ = fcntl(reader, F_SETFL, 0)
        // A thread of its own: tests that wait for programs may have all those of the pool.
        let (captures, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        Thread.detachNewThread {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 10_000)
            while case let count = read(reader, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
            close(reader)
            continuation.yield(bytes)
            continuation.finish()
        }
        let snapshot = try await collector.finish()
        #expect(snapshot.writeFailure == nil)
        var iterator = captures.makeAsyncIterator()
        var capture = try CaptureReader(await iterator.next() ?? [])
        #expect(try capture.rest().map(\.bytes) == Array(repeating: frame.frame, count: 1000))
    }
}
