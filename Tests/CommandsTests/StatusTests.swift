import CommandTestSupport
import Foundation
import Lab
import Testing

@testable import Commands

/// Two hosts, one of which mirrors.
private struct MirroringHosts: Sendable {
    let network: Network

    /// Without what the far host says of copies for which it has no collector.
    static let filter = "icmp[icmptype] != icmp-unreach"

    static func with(_ work: @escaping @Sendable (MirroringHosts) async throws -> Void) async throws {
        var topology = Topology(hosts: ["near", "far"])
        topology.link("near", ["10.5.0.1/24"], "far", ["10.5.0.2/24"])
        try await Network.with(topology, endingOn: []) { try await work(MirroringHosts(network: $0)) }
    }

    func periscope(_ arguments: String...) async throws -> ProcessResult {
        try await network.run(in: "near", [PeriscopeProcess.executable] + arguments, keepingMounts: true)
    }

    func startMirror(_ arguments: String...) async throws -> RunningProcess {
        let process = try network.start(
            in: "near",
            [PeriscopeProcess.executable, "mirror", "eth0", Self.filter, "--to", "vxlan://10.5.0.2", "--json"]
                + arguments,
            keepingMounts: true, limit: .seconds(120))
        guard await process.waitForOutput(containing: "\"attached\"", within: .seconds(30)) else {
            throw Unexpected("no mirror: \(await process.terminate().errorText)")
        }
        return process
    }

    func ping(_ count: Int) async throws {
        try await network.run(in: "far", ["ping", "-c", "\(count)", "-i", "0.01", "10.5.0.1"]).checked()
    }

    func mirrors(_ options: String...) async throws -> [JSON] {
        let result = try await network.run(
            in: "near", [PeriscopeProcess.executable, "status", "--json"] + options, keepingMounts: true)
        return try JSON(result.checked().text)["mirrors"].array
    }

    /// What of mirrors is in the namespace or written down about it.
    func remains() async throws -> [String] {
        let links = try await network.run(in: "near", ["ip", "-o", "link"]).checked().text
            .split(separator: "\n").map(String.init).filter { $0.contains("periscope") }
        let inode = try FileManager.default.attributesOfItem(atPath: network.namespace("near").path)[.systemFileNumber]
        let suffix = "@\((inode as? NSNumber)?.uint64Value ?? 0)"
        let folders = ["/run/periscope", "/sys/fs/bpf/periscope"]
        let files = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
                .filter { $0.contains(suffix) }.map { folder + "/" + $0 }
        }
        let attached = try await network.run(
            in: "near", ["bpftool", "net", "show", "dev", "eth0"], keepingMounts: true
        )
        .text.split(separator: "\n").map(String.init).filter { $0.contains("eth0") }
        return links + files + attached
    }
}

@Suite(.serialized) struct StatusTests {
    @Test func `a running mirror is shown with its counters, and ended by its interface's name`() async throws {
        try await MirroringHosts.with { hosts in
            #expect(try await hosts.mirrors().isEmpty)
            #expect(try await hosts.periscope("status").text == "nothing is mirrored in this network namespace\n")
            let mirror = try await hosts.startMirror()
            try await hosts.ping(5)
            let shown = try await hosts.mirrors()
            #expect(shown.count == 1)
            let entry = shown[0]
            #expect(entry["name"].string == "periscope0")
            #expect(entry["state"].string == "running")
            #expect(entry["interface"].string == "eth0")
            #expect(entry["filter"].string == MirroringHosts.filter)
            #expect(entry["direction"].string == "both")
            #expect(entry["targets"][0].string == "vxlan://10.5.0.2")
            #expect(entry["user"].string == "root")
            #expect(entry["isHere"].bool == true)
            #expect(entry["since"].string?.hasSuffix("Z") == true)
            let rule = entry["counters"]["rules"][0]
            #expect(rule["matched"]["packets"].number == 10)
            #expect(rule["targets"][0]["sent"]["packets"].number == 10)
            let text = try await hosts.periscope("status").text
            #expect(text.contains("periscope0: \(MirroringHosts.filter) on eth0 (both)"))
            #expect(text.contains("by root since "))

            let detach = try await hosts.periscope("detach", "eth0")
            #expect(detach.text == "eth0 is not mirrored by periscope0 any more; matched 10, sent 10\n")
            let result = await mirror.wait()
            #expect(result.status == .exited(0))
            #expect(result.text.contains("\"detached\""))
            #expect(try await hosts.remains() == [])
            #expect(try await hosts.mirrors().isEmpty)
        }
    }

    @Test func `a pinned mirror goes on without its process until it is detached by its name`() async throws {
        try await MirroringHosts.with { hosts in
            let mirror = try await hosts.startMirror("--pin")
            try await hosts.ping(3)
            #expect(await mirror.interrupt().status == .exited(0))
            try await hosts.ping(4)
            let entry = try #require(await hosts.mirrors().first)
            #expect(entry["state"].string == "pinned")
            #expect(entry["counters"]["rules"][0]["matched"]["packets"].number == 14)
            #expect(try await hosts.periscope("status").text.contains("pinned: it runs until"))
            #expect(try await !hosts.remains().isEmpty)

            let detach = try await hosts.periscope("detach", "periscope0", "--json")
            #expect(detach.status == .exited(0))
            let report = try JSON(detach.text)["detached"][0]
            #expect(report["name"].string == "periscope0")
            #expect(report["counters"]["rules"][0]["matched"]["packets"].number == 14)
            #expect(try await hosts.remains() == [])
        }
    }

    @Test func `a pinned mirror is ended while its process still runs`() async throws {
        try await MirroringHosts.with { hosts in
            let mirror = try await hosts.startMirror("--pin")
            #expect(try await hosts.periscope("detach", "--all").status == .exited(0))
            #expect(await mirror.wait().status == .exited(0))
            #expect(try await hosts.remains() == [])
        }
    }

    @Test func `a mirror whose process was killed is reported once and cleaned up`() async throws {
        try await MirroringHosts.with { hosts in
            let mirror = try await hosts.startMirror()
            mirror.signal(SIGKILL)
            _ = await mirror.wait()
            let entry = try #require(await hosts.mirrors().first)
            #expect(entry["state"].string == "ended")
            #expect(entry["counters"].isNothing)
            #expect(try await hosts.mirrors().isEmpty)
            #expect(try await hosts.remains() == [])
        }
    }

    @Test func `several mirrors are shown one by one and ended all at once`() async throws {
        try await MirroringHosts.with { hosts in
            let first = try await hosts.startMirror()
            let second = try await hosts.startMirror("--direction", "ingress")
            #expect(try await hosts.mirrors().map { $0["name"].string } == ["periscope0", "periscope1"])
            let detach = try await hosts.periscope("detach", "--all", "--json")
            #expect(try JSON(detach.text)["detached"].array.count == 2)
            _ = await (first.wait(), second.wait())
            #expect(try await hosts.remains() == [])
            #expect(
                try await hosts.periscope("detach", "--all").text == "nothing is mirrored in this network namespace\n")
        }
    }

    @Test func `mirrors of other namespaces are shown only when asked for, and are not ended from here`() async throws {
        try await MirroringHosts.with { hosts in
            let mirror = try await hosts.startMirror()
            let far = hosts.network
            func status(_ options: String...) async throws -> [JSON] {
                let result = try await far.run(
                    in: "far", [PeriscopeProcess.executable, "status", "--json"] + options, keepingMounts: true)
                return try JSON(result.checked().text)["mirrors"].array
            }
            let namespace = try await hosts.mirrors()[0]["networkNamespace"].number
            #expect(try await status().isEmpty)
            let shown = try await status("--all").filter { $0["networkNamespace"].number == namespace }
            #expect(shown.count == 1)
            #expect(shown[0]["isHere"].bool == false)
            let detach = try await far.run(in: "far", [PeriscopeProcess.executable, "detach", "eth0"])
            #expect(detach.status == .exited(ExitStatus.notFound.rawValue))
            #expect(detach.errorText.contains("another network namespace"))
            #expect(mirror.isRunning)
            await mirror.interrupt()
        }
    }

    @Test func `root sees another user's mirror, and does not do what its record says`() async throws {
        try await MirroringHosts.with { hosts in
            let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let capabilities = [
                "--inh-caps=-all,+bpf,+net_admin,+perfmon", "--ambient-caps=-all,+bpf,+net_admin,+perfmon",
            ]
            let folder = "/tmp/periscope-65534"
            let environment = ["env", "XDG_RUNTIME_DIR=\(folder)"]
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let mirror = try hosts.network.start(
                in: "near",
                environment + user + capabilities + [
                    PeriscopeProcess.executable, "mirror", "eth0", "icmp", "--to", "vxlan://10.5.0.2", "--json",
                ], keepingMounts: true, limit: .seconds(60))
            guard await mirror.waitForOutput(containing: "\"attached\"", within: .seconds(30)) else {
                throw Unexpected("no mirror: \(await mirror.terminate().errorText)")
            }
            let entry = try #require(await hosts.mirrors().first)
            #expect(entry["user"].string == "nobody")
            #expect(entry["state"].string == "running")
            let detach = try await hosts.periscope("detach", "eth0")
            #expect(detach.status == .exited(ExitStatus.notPermitted.rawValue))
            #expect(detach.errorText.contains("nobody"))
            #expect(mirror.isRunning)
            #expect(await mirror.interrupt().status == .exited(0))
            #expect(try await hosts.mirrors().isEmpty)
        }
    }

    @Test func `where counters may not be read, status says so`() async throws {
        try await MirroringHosts.with { hosts in
            let mirror = try await hosts.startMirror()
            let result = try await hosts.network.run(
                in: "near", PeriscopeProcess.powerless + [PeriscopeProcess.executable, "status", "--json"],
                keepingMounts: true)
            #expect(result.status == .exited(0))
            let entry = try JSON(result.text)["mirrors"][0]
            #expect(entry["counters"].isNothing)
            #expect(entry["countersUnavailable"].string?.isEmpty == false)
            await mirror.interrupt()
        }
    }
}
