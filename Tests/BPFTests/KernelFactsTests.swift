import Glibc
import TestSupport
import Testing

@testable import BPF

struct KernelFactsTests {
    @Test func `facts are those of the system`() throws {
        let facts = try KernelFacts.gather()
        #expect(facts.release.text == (try Namespace.shell("uname -r")).split(separator: "\n").first.map(String.init))
        #expect(facts.hasTypeInformation == (access("/sys/kernel/btf/vmlinux", R_OK) == 0))
        #expect(facts.hasTCX != nil)
        #expect(facts.capabilities.isSuperset(of: [.netAdmin, .sysAdmin]))
    }

    /// By the version only here, as the oracle for the question that does without it.
    @Test func `tcx is there from Linux 6.6 on`() throws {
        #expect(try Features.hasTCX() == (KernelRelease.running >= KernelRelease(6, 6)))
    }

    @Test(arguments: [
        ("6.1.0-23-amd64", 6, 1), ("5.10.0", 5, 10), ("6.18-rc1", 6, 18), ("7", 7, 0), ("", 0, 0), ("x.y", 0, 0),
    ])
    func `releases are read`(text: String, major: Int, minor: Int) {
        let release = KernelRelease(text: text)
        #expect(release.major == major)
        #expect(release.minor == minor)
        #expect(release.description == text)
    }

    @Test func `a grace period ends`() throws {
        try GracePeriod.wait()
        try GracePeriod.waitByMap()
    }
}
