import BPF
import Chaining
import Foundation
import Glibc
import TestSupport
import Testing

extension ChainsWithTraffic {
    /// What is told of a chain, and what is put right.
    @Suite
    struct HealthTests {
        /// A chain of members 2 (C, linked), 5 (C, plain) and 7 (Swift, linked).
        private func withChain(_ hook: ChainHook, _ body: @escaping (TracedLine, Chain) throws -> Void) throws {
            try Namespace.run {
                let line = try TracedLine(hook)
                let objects = try TracedMember.objects(hook)
                let chain = try Chain.open(line.site, in: line.base)
                try chain.apply(
                    ChainPlan(
                        try [2, 5, 7].map {
                            TracedMember.member($0, try #require(objects[$0]), at: hook, traces: line.traces)
                        }))
                try body(line, chain)
                try chain.remove()
            }
        }

        private func folder(_ line: TracedLine) throws -> String {
            try Namespace.shell("ls -d \(line.base)/*/\(line.site.hook)").trimmingCharacters(in: .newlines)
        }

        /// What ran on packets that are sent now.
        private func order(_ line: TracedLine) throws -> Set<[UInt8]> {
            let first = line.counts.sent
            try line.withTraffic { usleep(20_000) }
            let counts = line.counts
            #expect(counts.sent == counts.received && counts.sent > first)
            return Set(try line.traced()[first...])
        }

        @Test(arguments: TracedMember.hooks)
        func `a root that somebody took off is told of and put back`(hook: ChainHook) throws {
            try withChain(hook) { line, chain in
                #expect(try order(line) == [[2, 5, 7]])
                #expect(try chain.repair() == false)
                let path = try folder(line) + "/link"
                if hook == .xdp {
                    try XDPLink.open(pinned: path).detach()
                } else {
                    try TCXLink.open(pinned: path).detach()
                }
                #expect(try chain.health().isAttached == false)
                #expect(try order(line) == [[]])
                #expect(try chain.repair())
                #expect(try chain.health().isSound)
                #expect(try order(line) == [[2, 5, 7]])
            }
        }

        @Test(arguments: TracedMember.hooks)
        func `members that somebody unlinked are told of and linked again`(hook: ChainHook) throws {
            try withChain(hook) { line, chain in
                let folder = try folder(line)
                let active = try ArrayMap<UInt32>(Map.open(pinned: folder + "/active")).value(at: 0)
                try ProgramArray(Map.open(pinned: folder + "/slots")).clear(Int(active) * 16 + 1)
                #expect(try chain.health().members.map(\.isLinked) == [true, false, true])
                // The others do not miss the packet, and it is counted.
                #expect(try order(line) == [[2, 7]])
                #expect(try chain.health().members[1].tally.failed > 0)
                try ProgramArray(#require(try chain.maps(of: "member.2")["next_program"])).clear(0)
                #expect(try chain.health().members.map(\.isLinked) == [false, false, true])
                #expect(try chain.repair())
                #expect(try chain.health().isSound)
                #expect(try order(line) == [[2, 5, 7]])
            }
        }

        @Test func `what was unpinned is pinned again or made anew`() throws {
            try withChain(.ingress) { line, chain in
                let folder = try folder(line)
                try Pin.remove(folder + "/link")
                try chain.repair()
                #expect(try Namespace.shell("ls \(folder)").contains("link"))
                let number = try Namespace.shell(
                    "grep -l . /dev/null; ls \(folder)/instances | sort -n | head -1 || true"
                )
                .trimmingCharacters(in: .newlines)
                try Pin.remove("\(folder)/instances/\(number)/program")
                #expect(try chain.health().members.map(\.isWhole).contains(false))
                let before = try chain.health().members.map(\.programID)
                let objects = try TracedMember.objects(.ingress)
                try chain.apply(
                    ChainPlan(
                        try [2, 5, 7].map {
                            TracedMember.member($0, try #require(objects[$0]), at: .ingress, traces: line.traces)
                        }))
                let after = try chain.health()
                #expect(after.isSound)
                #expect(zip(before, after.members.map(\.programID)).filter { $0 != $1 }.count == 1)
                #expect(try order(line) == [[2, 5, 7]])
            }
        }

        @Test func `a chain some of whose pins are gone is adopted, and made whole by the next plan`() throws {
            try Namespace.run {
                let line = try TracedLine(.egress)
                let objects = try TracedMember.objects(.egress)
                let plan = ChainPlan(
                    try [2, 5, 7].map {
                        TracedMember.member($0, try #require(objects[$0]), at: .egress, traces: line.traces)
                    })
                func make() throws {
                    let chain = try Chain.open(line.site, in: line.base)
                    try chain.apply(plan)
                }
                try make()
                #expect(Chain.sites(in: line.base) == [line.site])
                let instances = try folder(line) + "/instances"
                for (number, pins) in [("0", "*"), ("1", "program"), ("2", "maps/seen")] {
                    try Namespace.shell("rm -r \(instances)/\(number)/\(pins)")
                }
                let chain = try Chain.open(line.site, in: line.base)
                #expect(try chain.health().members.map(\.isWhole) == [false, false, true])
                #expect(try chain.health().isAttached)
                try chain.apply(plan)
                #expect(try chain.health().isSound)
                #expect(try chain.health().members.map(\.name) == ["member.2", "member.5", "member.7"])
                #expect(try order(line) == [[2, 5, 7]])
                try chain.remove()
                #expect(Chain.sites(in: line.base) == [])
            }
        }

        @Test func `a plan that is in force changes nothing, one with other verdicts no program`() throws {
            try withChain(.ingress) { line, chain in
                let objects = try TracedMember.objects(.ingress)
                var plan = ChainPlan(
                    try [2, 5, 7].map {
                        TracedMember.member($0, try #require(objects[$0]), at: .ingress, traces: line.traces)
                    })
                let active = try ArrayMap<UInt32>(Map.open(pinned: folder(line) + "/active"))
                let (half, programs) = (try active.value(at: 0), try chain.health().members.map(\.programID))
                try chain.apply(plan)
                #expect(try active.value(at: 0) == half)
                // Member 5 returns TC_ACT_OK, which is now its last word.
                plan.members[1].continuation = .verdicts([-1])
                try chain.apply(plan)
                #expect(try active.value(at: 0) == 1 - half)
                #expect(try chain.health().members.map(\.programID) == programs)
                #expect(try order(line) == [[2, 5]])
            }
        }

        @Test func `an interface that came back has its chain again`() throws {
            try Namespace.run {
                let objects = try TracedMember.objects(.ingress)
                let base = "/sys/fs/bpf/chaining-test-\(getpid())-back"
                defer { _ = try? Namespace.shell("rm -rf \(base)") }
                let site = ChainSite(interface: "here", hook: .ingress)
                try Namespace.shell("ip link add here type veth peer name there")
                let chain = try Chain.open(site, in: base)
                try chain.apply(
                    ChainPlan([
                        TracedMember.member(4, try #require(objects[4]), at: .ingress, traces: TracedMember.traces())
                    ]))
                #expect(try chain.health().isSound)
                try Namespace.shell("ip link del here")
                #expect(try chain.health().isAttached == false)
                let error = try #require(throws: ChainingError.self) { try chain.repair() }
                #expect(error.code == .notFound)
                try Namespace.shell("ip link add other type veth peer name here")
                #expect(try chain.repair())
                #expect(try chain.health().isSound)
                #expect(throws: ChainingError.self) { try Chain.discard(site, in: base) }
                try chain.remove()
                func leave() throws { _ = try Chain.open(site, in: base) }
                try leave()
                try Namespace.shell("ip link del here")
                #expect(Chain.sites(in: base) == [site])
                try Chain.discard(site, in: base)
                #expect(Chain.sites(in: base) == [])
            }
        }

        @Test func `programs are told by what the kernel calls them, and their time when it is asked for`() throws {
            try withChain(.xdp) { line, chain in
                let objects = try TracedMember.objects(.xdp)
                #expect(try order(line) == [[2, 5, 7]])
                #expect(try chain.health().members.allSatisfy { $0.tally.nanoseconds == 0 && $0.tally.runs > 0 })
                try chain.apply(
                    ChainPlan(
                        try [2, 5, 7].map {
                            TracedMember.member($0, try #require(objects[$0]), at: .xdp, traces: line.traces)
                        }, isTimed: true))
                #expect(try order(line) == [[2, 5, 7]])
                for member in try chain.health().members {
                    let said = try Tool("bpftool").run("-j", "prog", "show", "id", "\(member.programID)")
                    #expect(said.contains("\"tag\":\"\(member.tag)\""))
                    #expect(member.tally.nanoseconds > 0)
                    #expect(member.tally.ended == 0)
                }
            }
        }

        @Test func `an interface that has another XDP program is left to it`() throws {
            try Namespace.run {
                try Namespace.shell("ip link add here type veth peer name there")
                // r0 = XDP_PASS; exit
                let foreign = try Program.load(instructions: [0x2_0000_00b7, 0x95], kind: .xdp, name: "foreign")
                let link = try XDPLink.attach(foreign, to: if_nametoindex("here"))
                let base = "/sys/fs/bpf/chaining-test-\(getpid())-foreign"
                let error = try #require(throws: ChainingError.self) {
                    _ = try Chain.open(ChainSite(interface: "here", hook: .xdp), in: base)
                }
                #expect(error.code == .busy)
                #expect(error.description.contains("program \(foreign.id)"))
                #expect(try link.info().programID == foreign.id)
                #expect(try Namespace.shell("ls \(base)/* 2>/dev/null | wc -l") == "0\n")
                _ = try? Namespace.shell("rm -rf \(base)")
                let missing = try #require(throws: ChainingError.self) {
                    _ = try Chain.open(ChainSite(interface: "nowhere", hook: .xdp), in: base)
                }
                #expect(missing.code == .notFound)
            }
        }
    }
}
