import BPF
import Testing

@testable import Chaining

/// Planning, without a kernel.
struct PlanTests {
    private func member(_ name: String, _ revision: String = "1", linked: Bool = true) -> ChainMember {
        ChainMember(
            name: name, revision: revision, source: .object([], entry: "e"),
            continuation: linked ? .nextProgram(map: "next") : .verdicts([2]))
    }

    @Test func `who is there already stays, in whatever order`() throws {
        let running: [ChainChange.Running] = [
            .init(number: 3, name: "a", revision: "1"), .init(number: 0, name: "b", revision: "1"),
        ]
        let change = try ChainChange(from: running, to: ChainPlan([member("b"), member("a")]))
        #expect(change.steps == [.keep(number: 0), .keep(number: 3)])
        #expect(change.ending == [])
    }

    @Test func `another revision is made with a number that is free, and the old one ends`() throws {
        let running: [ChainChange.Running] = [
            .init(number: 0, name: "a", revision: "1"), .init(number: 2, name: "b", revision: "1"),
        ]
        let change = try ChainChange(
            from: running, to: ChainPlan([member("new"), member("a", "2"), member("b")]), taken: [1])
        #expect(
            change.steps == [
                .make(index: 0, number: 3, replacing: nil), .make(index: 1, number: 4, replacing: 0), .keep(number: 2),
            ])
        #expect(change.ending == [0])
    }

    @Test func `one that has lost something is made anew, with the same revision`() throws {
        let running = [ChainChange.Running(number: 0, name: "a", revision: "1", isWhole: false)]
        let change = try ChainChange(from: running, to: ChainPlan([member("a")]))
        #expect(change.steps == [.make(index: 0, number: 1, replacing: 0)])
    }

    @Test func `all go with an empty plan`() throws {
        let change = try ChainChange(from: [.init(number: 7, name: "a", revision: "")], to: ChainPlan())
        #expect(change.steps.isEmpty)
        #expect(change.ending == [7])
    }

    @Test func `numbers run out only when changes were prepared and forgotten`() throws {
        let error = try #require(throws: ChainingError.self) {
            _ = try ChainChange(from: [], to: ChainPlan([member("a")]), taken: Set(0..<64))
        }
        #expect(error.code == .busy)
    }

    @Test func `what no kernel could do is refused in words`() throws {
        let cases: [(ChainPlan, String)] = [
            (ChainPlan((0..<17).map { member("\($0)", linked: false) }), "at most 16"),
            (ChainPlan([member("a"), member("b"), member("a")]), "named \"a\""),
            (ChainPlan([member("")]), "no name"),
            (ChainPlan([member(String(repeating: "x", count: 1025))]), "1024 bytes"),
            (ChainPlan([member("a", "\0")]), "revision"),
        ]
        for (plan, words) in cases {
            let error = try #require(throws: ChainingError.self) { try plan.check() }
            #expect(error.code == .usage)
            #expect(error.message.contains(words), "\(error)")
        }
        var busy = ChainPlan((0..<16).map { member("\($0)") })
        try busy.check()
        busy.members[3].ownTailCalls = 2
        let error = try #require(throws: ChainingError.self) { try busy.check() }
        #expect(error.message.contains("34 tail calls"))
        busy.members[0].continuation = .verdicts([31])
        #expect(try #require(throws: ChainingError.self) { try busy.check() }.message.contains("31"))
    }

    @Test func `verdicts become bits and come back`() {
        #expect(Continuation.mask([-1, 0, 30]) == 0x8000_0003)
        #expect(Continuation.mask([31, -2]) == 0)
        for verdicts: Set<Int32> in [[], [2], [-1, 0, 1, 3], Set(-1...30)] {
            #expect(Continuation.verdicts(Continuation.mask(verdicts)) == verdicts)
        }
    }

    @Test(arguments: [
        ("xdp", ProgramSection.member(.xdp)), ("xdp-root", .member(.xdp)), ("xdp_limit_conn", .member(.xdp)),
        ("xdp.frags", .member(.xdp)), ("tc", .member(.classifier)), ("tc-ingress-root", .member(.classifier)),
        ("tcx/ingress", .member(.classifier)), ("classifier/main", .member(.classifier)),
        ("tracepoint/tcp/tcp_bad_csum", .probe), ("kprobe/do_unlinkat", .probe),
        ("uretprobe//lib/x86_64-linux-gnu/libbz2.so.1:BZ2_bzReadClose", .probe), ("kprobe", .other),
        ("socket", .other), ("cgroup_skb/egress", .other),
    ])
    func `sections are read as L3AF reads them`(section: String, meaning: ProgramSection) {
        #expect(ProgramSection(section) == meaning)
    }

    @Test func `maps are where L3AF's packages look for them`() {
        #expect(
            L3AFLayout.maps(
                site: ChainSite(interface: "eth0", hook: .xdp), program: "ratelimiting", version: "2.1.0")
                == "/sys/fs/bpf/eth0/ratelimiting/2_1_0")
        #expect(
            L3AFLayout.maps(
                root: "/b", site: ChainSite(interface: "eth0.100", hook: .egress), program: "traffic-mirroring",
                version: "latest") == "/b/tc/globals/eth0%2E100/traffic-mirroring/latest")
    }
}
