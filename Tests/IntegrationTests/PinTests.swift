import Foundation
import Glibc
import Lab
import TestSupport
import Testing

/// Mirrors that go on without a process.
@Suite(.serialized) struct PinTests {
    @Test(arguments: [SIGINT, SIGKILL]) func `a pinned mirror goes on until it is detached`(signal: Int32) async throws
    {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            try await Capture.on("eth0", of: Site.collector, in: site) { capture in
                let mirror = try await MirrorProcess.start(site, ["eth0", "--pin", "--to", "vxlan://10.9.0.2"])
                try await site.send(CounterTests.packets(50))
                mirror.process.signal(signal)
                _ = await mirror.process.wait()
                try await site.send(CounterTests.packets(50))
                let status = try await Self.periscope(site, ["status", "--json"])
                #expect(status.succeeded && status.text.contains("\"eth0\""), "\(status.text)\(status.errorText)")
                let detached = try await Self.periscope(site, ["detach", "eth0", "--json"])
                #expect(detached.succeeded && detached.text.contains("100"), "\(detached.text)\(detached.errorText)")
                try await Leftovers.vanish(site, to: before)
                try await site.send(CounterTests.packets(50))
                _ = await Condition.holds { capture.count >= 100 }
                #expect(
                    try CopyAtCollector.all(in: capture.frames).map(\.inner)
                        == CounterTests.packets(50) + CounterTests.packets(50))
            }
        }
    }

    @Test func `a mirror that runs is ended from outside`() async throws {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            let mirror = try await MirrorProcess.start(site, ["eth0", "--to", "vxlan://10.9.0.2"])
            let result = try await Self.periscope(site, ["detach", "--all"])
            #expect(result.succeeded, "\(result.errorText)")
            _ = await mirror.process.wait()
            try await Leftovers.vanish(site, to: before)
            #expect(try await Self.periscope(site, ["detach", "eth0"]).status == .exited(69))
        }
    }

    private static func periscope(_ site: Site, _ arguments: [String]) async throws -> ProcessResult {
        try await site.network.run(in: Site.mirror, [MirrorProcess.executable] + arguments, keepingMounts: true)
    }
}
