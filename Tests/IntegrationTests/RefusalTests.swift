import Foundation
import Glibc
import Lab
import TestSupport
import Testing

/// What cannot be is refused, with a status, a line that says why, and nothing left on the host.
@Suite(.serialized) struct RefusalTests {
    static let refused: [(arguments: [String], status: Int32, says: String)] = [
        (
            ["eth0", "--to", "vxlan://10.9.0.2", "--", "port 80 or port"], 64,
            "can't parse filter expression: syntax error"
        ),
        (
            ["eth0", "--to", "vxlan://10.9.0.2", "--", "ip broadcast"], 64,
            "netmask not known, so 'ip broadcast' not supported"
        ),
        (["eth0", "--to", "vxlan://10.9.0.2", "--", "1 = 2"], 64, "expression rejects all packets"),
        (["eth0", "--to", "vxlan://10.9.0.2", "--", "nosuchkeyword 7"], 64, "syntax error"),
        (["nope0", "--to", "vxlan://10.9.0.2"], 69, "nope0"),
        (["eth0", "--to", "device:nope0"], 69, "nope0"),
        (["eth0", "--to", "device:eth0"], 64, "eth0"),
        (["eth0", "--to", "vxlan://example.org"], 64, "example.org"),
        (["eth0", "--to", "carrier-pigeon://10.9.0.2"], 64, "carrier-pigeon"),
        (["eth0", "--to", "vxlan://10.9.0.2:70000"], 64, "70000"),
        (["eth0", "--to", "vxlan://10.9.0.2?vni=16777216"], 64, "16777216"),
        (["eth0", "--to", "vxlan://224.0.0.1"], 64, "224.0.0.1"),
        (["eth0"], 64, "--to"),
        (["eth0", "--to", "vxlan://10.9.0.2", "--rules", "/nowhere/rules.yaml"], 66, "/nowhere/rules.yaml"),
        (["eth0", "--to", "vxlan://10.9.0.2", "--rules", "/dev/null", "--", "tcp"], 64, "--rules"),
        (["eth0", "--to", "vxlan://10.9.0.2", "--watch"], 64, "--rules"),
    ]

    @Test func `what cannot be is refused and leaves nothing`() async throws {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            for (arguments, status, says) in Self.refused {
                let result = await (try MirrorProcess.launch(site, arguments)).process.wait()
                #expect(result.status == .exited(status), "\(arguments): \(result.errorText)")
                #expect(result.errorText.contains(says), "\(arguments): \(result.errorText)")
                #expect(result.output.isEmpty, "\(arguments): \(result.text)")
            }
            #expect(try await Leftovers.now(site) == before)
        }
    }

    @Test func `libpcap's message comes as libpcap says it`() async throws {
        try await Site.with(.dead) { site in
            for (expression, message) in Corpus.refused {
                let arguments = ["eth0", "--to", "vxlan://10.9.0.2", "--", expression]
                let result = await (try MirrorProcess.launch(site, arguments)).process.wait()
                #expect(result.status == .exited(64), "\(expression): \(result.errorText)")
                #expect(result.errorText.contains(message), "\(expression): \(result.errorText)")
                #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
            }
        }
    }

    @Test func `a user without capabilities is told in one line`() async throws {
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            let wrappers = [
                ["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
                ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"],
            ]
            for wrapper in wrappers {
                // The build may be where others have no access.
                let access = try await site.network.run(
                    in: Site.mirror, wrapper + ["test", "-x", MirrorProcess.executable])
                guard access.succeeded else { continue }
                let result = await
                    (try MirrorProcess.launch(
                        site, ["eth0", "--to", "vxlan://10.9.0.2"], through: wrapper)).process.wait()
                #expect(result.status == .exited(77), "\(result.errorText)")
                #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
                #expect(result.errorText.contains("CAP_"), "\(result.errorText)")
            }
            #expect(try await Leftovers.now(site) == before)
        }
    }

    @Test(arguments: ["vxlan://10.9.0.2", "vxlan://[fd09::2]"])
    func `three capabilities are enough`(target: String) async throws {
        try await Site.with(.dead) { site in
            // capabilities(7): 38 is CAP_PERFMON and 39 CAP_BPF, which setpriv may not know by name.
            let wrapper = ["setpriv", "--bounding-set=-all,+net_admin,+cap_38,+cap_39", "--inh-caps=-all"]
            let mirror = try await MirrorProcess.start(site, ["eth0", "--to", target], through: wrapper)
            try await site.send(CounterTests.packets(100))
            let totals = try await mirror.stop()
            #expect(totals.matched == 100 && totals.sent == 100, "\(totals)")
        }
    }

    @Test func `a mirror is not started twice by taking its output away`() async throws {
        // Whoever reads the events may go away: the mirror ends, and leaves nothing.
        try await Site.with(.dead) { site in
            let before = try await Leftovers.now(site)
            let command = "\(MirrorProcess.executable) mirror --json eth0 --to vxlan://10.9.0.2 | head -1"
            let result = try await site.network.run(
                in: Site.mirror, ["sh", "-c", command], keepingMounts: true, limit: Condition.patience)
            #expect(result.succeeded && result.text.contains("attached"))
            try await Leftovers.vanish(site, to: before)
        }
    }
}
