import CommandTestSupport
import Foundation
import Lab
import Mirroring
import Packets
import Testing

@testable import Commands

/// What docs/ says of counters and JSON, against what there is.
@Suite struct DocumentationTests {
    @Test func `every reason of counters is explained`() throws {
        let text = try Documentation.text(of: "counters.md")
        for reason in FailureReason.allCases { #expect(text.contains("| `\(reason.rawValue)` |")) }
        for reason in TunnelMalformation.allCases { #expect(text.contains("| `\(reason.rawValue)` |")) }
    }

    @Test func `every exit status is in the table, and no other`() throws {
        let text = try Documentation.text(of: "json.md")
        let table = text[(text.range(of: "## Exit status")?.upperBound ?? text.endIndex)...]
        let numbers = table.split(separator: "\n").compactMap { line in
            line.split(separator: "|").first.flatMap { Int32($0.trimmingCharacters(in: .whitespaces)) }
        }
        #expect(numbers == ExitStatus.allCases.map(\.rawValue))
    }

    @Test(arguments: [
        ["doctor", "--json"], ["status", "--all", "--json"], ["lab", "list", "--json"],
        ["collect", "vxlan:0", "--for", "1500ms", "--json"],
        ["explain", "tcp", "--flow", "10.0.0.1:1 -> 10.0.0.2:2 tcp vlan 1", "--json"],
        ["lab", "run", "--for", "1s", "--json", "--write", "/dev/null"],
    ])
    func `every key of JSON is described`(arguments: [String]) async throws {
        let text = try Documentation.text(of: "json.md")
        let result = try await PeriscopeProcess.run(arguments)
        let keys = try JSON.lines(result.text).reduce(into: Set<String>()) { $0.formUnion($1.allKeys) }
        #expect(keys.count > 0)
        for key in keys { #expect(text.contains("`\(key)`") || text.contains("\"\(key)\""), "\(key)") }
    }

    @Test func `every key of a preview's JSON is described`() async throws {
        let text = try Documentation.text(of: "json.md")
        // In a network of its own, with a packet in it.
        let script = """
            set -e
            ip link add d0 type veth peer name d1
            for device in d0 d1; do ip link set $device up; done
            ip addr add 10.0.0.1/24 dev d0
            ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev d0
            (for i in 1 2 3 4 5 6 7 8; do ping -c 1 -W 1 10.0.0.2; done) >/dev/null 2>&1 &
            exec "$@"
            """
        let result = try await PeriscopeProcess.run(
            ["preview", "d0", "--for", "2s", "--to", "gue://10.0.0.9", "--json"],
            through: ["unshare", "--net", "sh", "-c", script, "sh"])
        let lines = try JSON.lines(result.text)
        #expect(lines.map { $0["event"].string } == ["attached", "ended"], "\(result.errorText)")
        let keys = lines.reduce(into: Set<String>()) { $0.formUnion($1.allKeys) }
        #expect(keys.isSuperset(of: ["options", "exactBytes", "protocol", "address", "notCarried"]))
        for key in keys { #expect(text.contains("`\(key)`"), "\(key)") }
    }
}
