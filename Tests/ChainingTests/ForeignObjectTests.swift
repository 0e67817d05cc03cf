import BPF
import Chaining
import Glibc
import TestSupport
import Testing

extension ChainsWithTraffic {
    /// Objects of others, in L3AF's convention and in none.
    @Suite
    struct ForeignObjectTests {
        private static let prelude = """
            #include <linux/bpf.h>
            #include <bpf/bpf_helpers.h>
            struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __type(key, __u32);
              __type(value, __u32); __uint(pinning, LIBBPF_PIN_BY_NAME); } jump_table SEC(".maps");
            char _license[] SEC("license") = "GPL";

            """

        /// A member with this body, which sees the packet as `c`.
        private static func member(
            _ name: String, _ body: String, maps: String = "", section: String = "xdp_foreign", linked: Bool = true,
            hook: ChainHook = .xdp
        ) throws -> ChainMember {
            let context = hook == .xdp ? "struct xdp_md" : "struct __sk_buff"
            let object = try TracedMember.compile(
                prelude + maps + "\nSEC(\"\(section)\") int _foreign(\(context) *c) { \(body) }")
            return ChainMember(
                name: name, revision: "1", source: .object(object, entry: "_foreign"),
                continuation: linked ? .nextProgram(map: "jump_table") : .verdicts(hook.passingVerdicts))
        }

        /// A chain of these before a member that traces, and what became of packets: how many were sent, arrived, traced.
        private func outcome(_ members: [ChainMember], _ hook: ChainHook = .xdp) throws -> (Int, Int, Int) {
            try Namespace.run {
                let line = try TracedLine(hook)
                let objects = try TracedMember.objects(hook)
                let chain = try Chain.open(line.site, in: line.base)
                let last = TracedMember.member(1, try #require(objects[1]), at: hook, traces: line.traces)
                try chain.apply(ChainPlan(members + [last]))
                try line.withTraffic { usleep(30_000) }
                let health = try chain.health()
                #expect(health.isSound)
                let counts = line.counts
                #expect(health.members[0].tally.runs >= counts.sent)
                #expect(health.members[0].tally.failed == 0)
                let traced = try line.traced().filter { $0 == [1] }.count
                // Members and nothing else ended packets' ways.
                #expect(health.members.dropLast().map(\.tally.ended).reduce(0, +) >= counts.sent - traced)
                try chain.remove()
                return (counts.sent, counts.received, traced)
            }
        }

        private let isTest = """
            unsigned char *p = (void *)(long)c->data;
            if (p + 46 > (unsigned char *)(long)c->data_end || *(__u16 *)(p + 36) != __builtin_bswap16(7777)) goto out;
            """

        @Test func `a member's own verdict is the last word, pass or drop`() throws {
            let choosy = try Self.member(
                "choosy",
                isTest + "if (p[42] & 1) return XDP_PASS; out: bpf_tail_call(c, &jump_table, 0); return XDP_PASS;"
            )
            let (sent, received, traced) = try outcome([choosy])
            // Half of them end there, and pass all the same.
            #expect(received == sent)
            #expect(abs(traced - sent / 2) <= 1)
            let dropping = try Self.member(
                "dropping", isTest + "return XDP_DROP; out: bpf_tail_call(c, &jump_table, 0); return XDP_PASS;")
            let dropped = try outcome([dropping])
            #expect(dropped.0 > 0 && dropped.1 == 0 && dropped.2 == 0)
        }

        @Test func `a member that never jumps does not cut the chain`() throws {
            // As L3AF's connection-limit: it has the map, and passes packets without it.
            let silent = try Self.member("silent", "return XDP_PASS;")
            let (sent, received, traced) = try outcome([silent])
            #expect(sent > 0 && received == sent && traced == sent)
        }

        /// Since Linux 6.12 all tail calls for a packet count together, before that those of each member.
        @Test func `a member that uses up a packet's tail calls does not stop the packet`() throws {
            try Namespace.run {
                let line = try TracedLine(.xdp)
                let chain = try Chain.open(line.site, in: line.base)
                let greedy = try Self.member(
                    "greedy", isTest + "bpf_tail_call(c, &itself, 0); out: return XDP_PASS;",
                    maps: """
                        int _foreign(struct xdp_md *c);
                        struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __uint(key_size, 4);
                          __array(values, int (struct xdp_md *)); } itself SEC(".maps") = { .values = { &_foreign } };
                        """, linked: false)
                let last = TracedMember.member(
                    1, try #require(TracedMember.objects(.xdp)[1]), at: .xdp, traces: line.traces)
                try chain.apply(ChainPlan([greedy, last]))
                try line.withTraffic { usleep(20_000) }
                let counts = line.counts
                #expect(counts.sent > 0 && counts.sent == counts.received)
                let traced = try line.traced().filter { $0 == [1] }.count
                let member = try chain.health().members[1]
                // Other packets than the test's are not greedy.
                #expect(traced + member.tally.failed == counts.sent)
                try chain.remove()
            }
        }

        @Test(arguments: [-1, 0, 1, 3, 2, 7])
        func `at tc, a program that knows of no chain ends it by verdicts that stop a packet only`(verdict: Int32)
            throws
        {
            let plain = try Self.member(
                "plain",
                "__u16 port; if (bpf_skb_load_bytes(c, 36, &port, 2) || port != __builtin_bswap16(7777)) return -1; "
                    + "return \(verdict);", section: "classifier", linked: false, hook: .ingress)
            let (sent, received, traced) = try outcome([plain], .ingress)
            let passes = ChainHook.ingress.passingVerdicts.contains(verdict)
            #expect(sent > 0)
            #expect(traced == (passes ? sent : 0))
            // Stolen and shot packets do not arrive; the window lets few be sent.
            #expect(received == (passes ? sent : 0))
        }

        @Test func `what is no member is refused in words, and the chain stays as it was`() throws {
            try Namespace.run {
                let line = try TracedLine(.xdp)
                let chain = try Chain.open(line.site, in: line.base)
                let good = try Self.member("good", "return XDP_PASS;")
                try chain.apply(ChainPlan([good]))
                let before = try chain.health().members.map(\.programID)
                var renamed = good
                renamed.source = .object(try #require(good.bytes), entry: "main")
                var unlinked = good
                unlinked.continuation = .nextProgram(map: "next")
                var junk = good
                junk.source = .object(Array("no object at all, although it has some length".utf8), entry: "_foreign")
                var lent = good
                lent.lentMaps = ["shared": line.traces]
                var unset = good
                unset.settings = [MapSetting(map: "limits", entries: [])]
                let bad: [(ChainMember, ChainingError.Code, String)] = [
                    (renamed, .object, "no program \"main\"; it has _foreign"),
                    (unlinked, .object, "no program array \"next\""),
                    (junk, .object, "none that can be loaded"),
                    (lent, .usage, "lent the map \"shared\""),
                    (unset, .usage, "has no map \"limits\"; it has jump_table"),
                    (
                        try Self.member("x", "return 0;", section: "tc", hook: .ingress), .object,
                        "in the section \"tc\""
                    ),
                    (try Self.member("x", "return 0;", section: "lwt_in"), .object, "in the section \"lwt_in\""),
                    (try Self.member("x", "return *(int *)((long)c->data + 100);"), .object, "verifier refused"),
                ]
                for (member, code, words) in bad {
                    var member = member
                    member.name = "bad"
                    let error = try #require(throws: ChainingError.self) { try chain.apply(ChainPlan([member, good])) }
                    #expect(error.code == code, "\(error)")
                    #expect(error.description.contains(words), "\(error)")
                    #expect(try chain.health().isSound)
                    #expect(try chain.health().members.map(\.programID) == before)
                    #expect(try Namespace.shell("ls \(line.base)/*/xdp/instances") == "0\n")
                }
                try chain.remove()
            }
        }

        @Test func `settings are written and numbers made before the first packet`() throws {
            try Namespace.run {
                let line = try TracedLine(.xdp)
                let chain = try Chain.open(line.site, in: line.base)
                // As L3AF's ratelimiting: it counts only where its counter is, and for the ports that it is told.
                var limiting = try Self.member(
                    "limiting",
                    isTest + """
                        __u16 port = 7777; __u64 zero = 0;
                        __u8 *listed = bpf_map_lookup_elem(&ports, &port); __u64 *n = bpf_map_lookup_elem(&counter, &zero);
                        if (listed && n) __sync_fetch_and_add(n, *listed);
                        out: bpf_tail_call(c, &jump_table, 0); return XDP_PASS;
                        """,
                    maps: """
                        struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 50); __type(key, __u16);
                          __type(value, __u8); __uint(pinning, LIBBPF_PIN_BY_NAME); } ports SEC(".maps");
                        struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, __u64);
                          __type(value, __u64); __uint(pinning, LIBBPF_PIN_BY_NAME); } counter SEC(".maps");
                        """)
                limiting.settings = [MapSetting(map: "ports", entries: [.init(.number(7777), .number(3))])]
                limiting.monitored = [MonitoredNumber(map: "counter", key: 0)]
                try chain.apply(ChainPlan([limiting]))
                try line.withTraffic { usleep(20_000) }
                let number = MonitoredNumber(map: "counter", key: 0)
                let counter = try #require(try chain.maps(of: "limiting")["counter"])
                let sent = line.counts.sent
                #expect(sent > 0)
                #expect(try number.read(from: counter) == Int64(3 * sent))
                // Settings of a running member, at once.
                try chain.set([MapSetting(map: "ports", entries: [.init(.number(80), .number(1))])], of: "limiting")
                try line.withTraffic { usleep(20_000) }
                #expect(line.counts.sent > sent)
                #expect(try number.read(from: counter) == Int64(3 * sent))
                #expect(throws: ChainingError.self) { try chain.set([], of: "nobody") }
                try chain.remove()
            }
        }
    }
}

extension ChainMember {
    fileprivate var bytes: [UInt8]? { if case .object(let bytes, _) = source { bytes } else { nil } }
}
