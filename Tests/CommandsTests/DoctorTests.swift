import CommandTestSupport
import Lab
import Testing

@testable import Commands

@Suite struct DoctorTests {
    @Test func `a host on which these tests run can mirror`() async throws {
        let result = try await PeriscopeProcess.run(["doctor", "--json"])
        let report = try JSON(result.text)
        #expect(result.status == .exited(0), "\(result.text)")
        #expect(report["healthy"].bool == true)
        let names = report["checks"].array.map { $0["name"].string ?? "" }
        #expect(
            Set(names) == [
                "kernel", "btf", "jit", "attachment", "capabilities", "unprivileged", "tun", "macvlan", "bpffs",
                "libbpf", "libpcap", "trial",
            ])
        for check in report["checks"].array {
            #expect(["present", "missing", "limited", "unknown"].contains(check["result"].string ?? ""))
            #expect(check["finding"].string?.isEmpty == false)
        }
        #expect(report["checks"].array.last?["result"].string == "present")
    }

    @Test func `without capabilities it says what is missing and how to get it`() async throws {
        let result = try await PeriscopeProcess.run(["doctor", "--json"], through: PeriscopeProcess.powerless)
        #expect(result.status == .exited(ExitStatus.notSupported.rawValue))
        let report = try JSON(result.text)
        #expect(report["healthy"].bool == false)
        let check = try #require(report["checks"].array.first { $0["name"].string == "capabilities" })
        #expect(check["result"].string == "missing")
        #expect(check["remedy"].string?.isEmpty == false)
        let trial = try #require(report["checks"].array.first { $0["name"].string == "trial" })
        #expect(trial["result"].string == "unknown")
    }

    @Test func `for people every finding is a line, without colours in a pipe`() async throws {
        let result = try await PeriscopeProcess.run(["doctor"])
        #expect(result.text.contains("ok       kernel"))
        #expect(result.text.hasSuffix("a mirror works here\n"))
        #expect(!result.text.contains("\u{1b}"))
    }
}
