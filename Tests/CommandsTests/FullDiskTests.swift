import CommandTestSupport
import Foundation
import Lab
import Packets
import Pcapng
import TestSupport
import Testing

@testable import Commands

/// A disk that is really full: a small tmpfs in a mount namespace of the collector's own.
@Suite struct FullDiskTests {
    private static let frame = FrameBuilder().ipv4(from: "10.1.0.1", to: "10.1.0.2")
        .udp(from: 1, to: 53, payload: [UInt8](repeating: 7, count: 1000)).frame

    private func packets(_ path: String) throws -> [CapturedPacket] {
        var reader = try CaptureReader([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        return try reader.rest()
    }

    @Test func `when the disk is full nothing is written, all is counted, and it goes on when there is room`()
        async throws
    {
        let folder = try TemporaryDirectory()
        let disk = folder.path("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        // 4 MiB, of which another file takes 3.
        let script = """
            mount -t tmpfs -o size=4m none "$1" && head -c 3M /dev/zero >"$1/other" && shift && exec "$@"
            """
        let process = try PeriscopeProcess.start(
            ["collect", "vxlan:0", "--write", disk + "/out.pcapng", "--json"],
            through: ["unshare", "-m", "sh", "-c", script, "sh", disk])
        #expect(await process.waitForOutput(containing: "\"listening\""))
        let listening = try JSON(String(decoding: process.outputSoFar, as: UTF8.self).split(separator: "\n")[0])
        let port = UInt16(listening["listeners"][0]["port"].number ?? 0)
        let sender = try DatagramSender(from: "127.0.0.1", to: "127.0.0.1", port: port)
        func send(_ count: Int) async throws {
            for number in 0..<count {
                try sender.send(VXLANHeader(vni: 1).encoded + Self.frame)
                if number % 100 == 0 { try await Task.sleep(for: .milliseconds(2)) }
            }
        }
        try await send(3000)
        #expect(await process.waitForOutput(containing: "\"event\":\"write-failed\""))
        #expect(!String(decoding: process.outputSoFar, as: UTF8.self).contains("write-resumed"))
        // What is there meanwhile is a whole capture.
        let root = "/proc/\(process.processID)/root"
        let before = try packets(root + disk + "/out.pcapng").count
        #expect((500...1100).contains(before), "\(before)")

        try FileManager.default.removeItem(atPath: root + disk + "/other")
        #expect(await process.waitForOutput(containing: "\"event\":\"write-resumed\""))
        try await send(500)
        try await Task.sleep(for: .milliseconds(500))
        // A name in the folder outside would be another disk: the copy is made before the disk goes with the process.
        try await Task.sleep(for: .seconds(1))
        let after = try packets(root + disk + "/out.pcapng")
        #expect(after.allSatisfy { $0.bytes == Self.frame })
        process.signal(SIGINT)
        let result = await process.wait()
        let ended = try #require(try JSON.lines(result.text).last)
        #expect(ended["event"].string == "ended")
        #expect(ended["received"].number == 3500)
        let (written, notWritten) = (ended["written"].number ?? 0, ended["notWritten"].number ?? 0)
        #expect(written + notWritten == 3500)
        #expect(notWritten > 1000)
        #expect(after.count == written)
        #expect(result.status == .exited(ExitStatus.output.rawValue))
        #expect(result.errorText.contains("\(notWritten) packets are not in it"))
        #expect(result.errorText.contains("No space left on device"))
    }
}
