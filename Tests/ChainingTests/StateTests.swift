import BPF
import Chaining
import Glibc
import TestSupport
import Testing

extension ChainsWithTraffic {
    /// What members know, and where others find it.
    @Suite
    struct StateTests {
        private func number(_ map: Map?) throws -> UInt64 { try ArrayMap<UInt64>(#require(map)).value(at: 0) }

        /// Member 1 with a map `seen` of this type.
        private func member(
            _ line: TracedLine, revision: Int, seen: String = "u64", folder: String? = nil
        ) throws -> ChainMember {
            let object = try TracedMember.compile(TracedMember.source(1, line.site.hook, seen: seen))
            var member = TracedMember.member(
                1, (object, "_member"), at: line.site.hook, revision: revision, traces: line.traces)
            member.publishedFolder = folder
            return member
        }

        @Test func `state that does not fit is refused, or lost when that is asked for`() throws {
            try Namespace.run {
                let line = try TracedLine(.ingress)
                let chain = try Chain.open(line.site, in: line.base)
                try chain.apply(ChainPlan([member(line, revision: 1)]))
                try line.withTraffic { usleep(20_000) }
                let sent = UInt64(line.counts.sent)
                #expect(try number(chain.maps(of: "member.1")["seen"]) == sent)
                let before = try chain.health().members.map(\.programID)
                var wide = try member(line, revision: 2, seen: "struct wide")
                let error = try #require(throws: ChainingError.self) { try chain.apply(ChainPlan([wide])) }
                #expect(error.code == .incompatibleState)
                #expect(error.message.contains("\"seen\"") && error.message.contains("values of 8, the new one 16"))
                #expect(try chain.health().isSound)
                #expect(try chain.health().members.map(\.programID) == before)
                wide.state = .fresh
                try chain.apply(ChainPlan([wide]))
                #expect(try #require(try chain.maps(of: "member.1")["seen"]).valueSize == 16)
                // The same layout, and yet from nothing.
                var fresh = try member(line, revision: 3)
                fresh.state = .fresh
                try chain.apply(ChainPlan([fresh]))
                #expect(try number(chain.maps(of: "member.1")["seen"]) == 0)
                try chain.remove()
            }
        }

        @Test func `maps are pinned where L3AF's programs look, for as long as the member is there`() throws {
            try Namespace.run {
                let line = try TracedLine(.ingress)
                let chain = try Chain.open(line.site, in: line.base)
                let root = line.base + "/l3af"
                func folder(_ version: String) -> String {
                    L3AFLayout.maps(root: root, site: line.site, program: "mirroring", version: version)
                }
                try chain.apply(ChainPlan([member(line, revision: 1, folder: folder("1.0"))]))
                let seen = try #require(try chain.maps(of: "member.1")["seen"])
                #expect(try Map.open(pinned: folder("1.0") + "/seen").id == seen.id)
                #expect(
                    try Map.open(pinned: folder("1.0") + "/next_program").id
                        == chain.maps(of: "member.1")["next_program"]?.id)
                // A new version has a folder of its own, and the same state.
                let change = try chain.prepare(ChainPlan([member(line, revision: 2, folder: folder("2.0"))]))
                // Its user program may look already; the old one still.
                #expect(try Map.open(pinned: folder("2.0") + "/seen").id == seen.id)
                #expect(try Map.open(pinned: folder("1.0") + "/seen").id == seen.id)
                try chain.commit(change)
                #expect(try Map.open(pinned: folder("2.0") + "/seen").id == seen.id)
                #expect(throws: BPFError.self) { _ = try Map.open(pinned: folder("1.0") + "/seen") }
                // Given up: the one in force is there again, the other not.
                var fresh = try member(line, revision: 3, folder: folder("2.0"))
                fresh.state = .fresh
                let other = try chain.prepare(ChainPlan([fresh]))
                #expect(try Map.open(pinned: folder("2.0") + "/seen").id != seen.id)
                chain.abandon(other)
                #expect(try Map.open(pinned: folder("2.0") + "/seen").id == seen.id)
                #expect(throws: ChainingError.self) { try chain.commit(other) }
                try chain.remove()
                #expect(throws: BPFError.self) { _ = try Map.open(pinned: folder("2.0") + "/seen") }
            }
        }

        @Test func `both directions of a package share what is pinned by name`() throws {
            try Namespace.run {
                let line = try TracedLine(.ingress)
                let folder = line.base + "/l3af/tc/globals/near%2E1/mirroring/1_0"
                let ingress = try Chain.open(line.site, in: line.base)
                let egress = try Chain.open(ChainSite(interface: "near.1", hook: .egress), in: line.base)
                try ingress.apply(ChainPlan([member(line, revision: 1, folder: folder)]))
                try egress.apply(ChainPlan([member(line, revision: 1, folder: folder)]))
                let seen = try #require(try ingress.maps(of: "member.1")["seen"])
                #expect(try egress.maps(of: "member.1")["seen"]?.id == seen.id)
                // By which each goes on is its own.
                #expect(
                    try egress.maps(of: "member.1")["next_program"]?.id
                        != ingress.maps(of: "member.1")["next_program"]?.id)
                try ingress.remove()
                #expect(try Map.open(pinned: folder + "/seen").id == seen.id)
                try egress.remove()
                #expect(throws: BPFError.self) { _ = try Map.open(pinned: folder + "/seen") }
            }
        }

        @Test func `pins of a process before are taken up`() throws {
            try Namespace.run {
                let line = try TracedLine(.ingress)
                let folder = line.base + "/l3af/old"
                try Pin.makeFolder(folder)
                let left = try Map.create(.array, name: "seen", keySize: 4, valueSize: 8, maxEntries: 1)
                try left.pin(at: folder + "/seen")
                try ArrayMap<UInt64>(left).set(0, to: 1000)
                let chain = try Chain.open(line.site, in: line.base)
                try chain.apply(ChainPlan([member(line, revision: 1, folder: folder)]))
                try line.withTraffic { usleep(10_000) }
                #expect(try number(left) == UInt64(1000 + line.counts.sent))
                try chain.remove()
            }
        }

        @Test(arguments: TracedMember.hooks)
        func `a program that somebody else loaded is a member like any other`(hook: ChainHook) throws {
            try Namespace.run {
                let line = try TracedLine(hook)
                let object = try BPFObject(TracedMember.compile(TracedMember.source(2, hook)), name: "loaded")
                try object.leavePinning()
                try object.setJumpable(hook == .xdp ? .xdp : .classifier, "_member")
                try object.reuse(line.traces, as: "traces")
                try object.load()
                let maps = try ["seen", "next_program"].map { ($0, try object.map(named: $0)) }
                func plan(_ revision: String, _ maps: [String: Map]) throws -> ChainPlan {
                    ChainPlan([
                        ChainMember(
                            name: "loaded", revision: revision,
                            source: .loaded(try object.program(named: "_member"), maps: maps),
                            continuation: .nextProgram(map: "next_program")),
                        TracedMember.member(
                            8, try #require(TracedMember.objects(hook)[8]), at: hook, traces: line.traces),
                    ])
                }
                let chain = try Chain.open(line.site, in: line.base)
                #expect(throws: ChainingError.self) { try chain.apply(plan("0", [:])) }
                try chain.apply(plan("1", Dictionary(uniqueKeysWithValues: maps)))
                try line.withTraffic { usleep(20_000) }
                let counts = line.counts
                #expect(counts.sent == counts.received && counts.sent > 0)
                #expect(try line.traced().allSatisfy { $0 == [2, 8] })
                try chain.remove()
                let wrong = try Program.load(instructions: [0xb7, 0x95], kind: .socketFilter, name: "wrong")
                let again = try Chain.open(line.site, in: line.base)
                let error = try #require(throws: ChainingError.self) {
                    try again.apply(
                        ChainPlan([
                            ChainMember(
                                name: "w", revision: "", source: .loaded(wrong, maps: [:]), continuation: .verdicts([]))
                        ]))
                }
                #expect(error.message.contains("type 1"))
                try again.remove()
            }
        }

        @Test(arguments: TracedMember.hooks)
        func `a user program that loads itself becomes a member`(hook: ChainHook) throws {
            try Namespace.run {
                let line = try TracedLine(hook)
                let landing = try LandingPlace(at: line.base + "/landing/previous_map")
                let nextPath = line.base + "/landing/next_program"
                func landed() throws -> ChainMember? {
                    try landing.member("legacy", revision: "1", nextMap: "next_program", pinnedAt: nextPath)
                }
                #expect(try landed() == nil)
                // What the user program does.
                let object = try BPFObject(TracedMember.compile(TracedMember.source(2, hook)), name: "legacy")
                try object.leavePinning()
                try object.setJumpable(hook == .xdp ? .xdp : .classifier, "_member")
                try object.reuse(line.traces, as: "traces")
                try object.load()
                try ProgramArray(Map.open(pinned: landing.path)).set(0, to: object.program(named: "_member"))
                let error = try #require(throws: ChainingError.self) { _ = try landed() }
                #expect(error.message.contains(nextPath))
                try object.map(named: "next_program").pin(at: nextPath)
                let chain = try Chain.open(line.site, in: line.base)
                let plain = try #require(TracedMember.objects(hook)[8])
                try chain.apply(
                    ChainPlan([
                        try #require(try landed()), TracedMember.member(8, plain, at: hook, traces: line.traces),
                    ]))
                try line.withTraffic { usleep(20_000) }
                let counts = line.counts
                #expect(counts.sent == counts.received && counts.sent > 0)
                #expect(try line.traced().allSatisfy { $0 == [2, 8] })
                try chain.remove()
            }
        }
    }
}
