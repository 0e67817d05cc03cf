import BPF
import Chaining
import Glibc
import TestSupport
import Testing

extension ChainsWithTraffic {
    /// Programs beside the members: tracepoints, kprobes, uprobes.
    @Suite
    struct ProbeTests {
        /// A member with a tracepoint in its object, which counts programs that are executed; as L3AF's connection-limit.
        private static func member(_ revision: String, section: String = "tracepoint/sched/sched_process_exec") throws
            -> ChainMember
        {
            let object = try TracedMember.compile(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32);
                  __type(value, __u64); } executed SEC(".maps");
                SEC("tc_member") int _member(struct __sk_buff *c) { return 0; }
                SEC("\(section)") int count(void *c) {
                  __u32 zero = 0;
                  __u64 *n = bpf_map_lookup_elem(&executed, &zero);
                  if (n) __sync_fetch_and_add(n, 1);
                  return 0;
                }
                char _license[] SEC("license") = "GPL";
                """)
            return ChainMember(
                name: "counting", revision: revision, source: .object(object, entry: "_member"),
                continuation: .verdicts([0]))
        }

        private func executed(_ chain: Chain) throws -> UInt64 {
            try ArrayMap<UInt64>(#require(try chain.maps(of: "counting")["executed"])).value(at: 0)
        }

        /// A chain on the loopback interface of a namespace with its own mounts, tracefs among them.
        private func withChain(_ body: @escaping (ChainSite, String) throws -> Void) throws {
            try Namespace.run(mounts: true) {
                try Namespace.shell("mount -t tracefs tracefs /sys/kernel/tracing")
                let base = "/sys/fs/bpf/chaining-test-\(getpid())-probe"
                defer { _ = try? Namespace.shell("rm -rf \(base)") }
                try body(ChainSite(interface: "lo", hook: .ingress), base)
            }
        }

        @Test func `a tracepoint in a member's object counts as long as the member is there, in one map`() throws {
            try withChain { site, base in
                func make() throws {
                    let chain = try Chain.open(site, in: base)
                    try chain.apply(ChainPlan([Self.member("1")]))
                    let before = try executed(chain)
                    for _ in 0..<5 { try Tool("true").run() }
                    #expect(try executed(chain) >= before + 5)
                    #expect(try chain.health().isSound)
                }
                try make()
                // Without a process that has the chain open.
                let adopted = try Chain.open(site, in: base)
                let before = try executed(adopted)
                for _ in 0..<5 { try Tool("true").run() }
                #expect(try executed(adopted) >= before + 5)
                #expect(try adopted.health().isSound)
                try adopted.apply(ChainPlan([Self.member("2")]))
                let after = try executed(adopted)
                #expect(after >= before + 5)
                for _ in 0..<5 { try Tool("true").run() }
                #expect(try executed(adopted) >= after + 5)
                let map = try #require(try adopted.maps(of: "counting")["executed"])
                try adopted.remove()
                let last = try ArrayMap<UInt64>(map).value(at: 0)
                for _ in 0..<5 { try Tool("true").run() }
                #expect(try ArrayMap<UInt64>(map).value(at: 0) == last)
            }
        }

        @Test func `a uprobe counts calls of a library's function`() throws {
            let library = try Tool("sh").run("-c", "ldd /bin/sh | sed -n 's/.*=> \\(.*libc.so.6\\).*/\\1/p'")
                .split(separator: "\n").first.map(String.init)
            let path = try #require(library)
            try withChain { site, base in
                let chain = try Chain.open(site, in: base)
                try chain.apply(ChainPlan([Self.member("1", section: "uprobe/\(path):getppid")]))
                let before = try executed(chain)
                for _ in 0..<7 { _ = getppid() }
                #expect(try executed(chain) >= before + 7)
                try chain.remove()
            }
        }

        @Test func `what cannot be attached is refused, and the chain stays as it was`() throws {
            try withChain { site, base in
                let chain = try Chain.open(site, in: base)
                try chain.apply(ChainPlan([Self.member("1")]))
                let before = try chain.health().members.map(\.programID)
                let error = try #require(throws: ChainingError.self) {
                    try chain.apply(ChainPlan([Self.member("2", section: "tracepoint/sched/no_such_thing")]))
                }
                #expect(error.description.contains("tracepoint/sched/no_such_thing"), "\(error)")
                #expect(try chain.health().isSound)
                #expect(try chain.health().members.map(\.programID) == before)
                #expect(try Namespace.shell("ls \(base)/*/ingress/instances | wc -l") == "1\n")
                try chain.remove()
            }
        }

        private static func probes(_ section: String = "tracepoint/sched/sched_process_exec") throws -> [UInt8] {
            try TracedMember.compile(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, __u32);
                  __type(value, __u64); } executed SEC(".maps");
                const volatile int step = 1;
                SEC("\(section)") int count(void *c) {
                  __u32 zero = 0;
                  __u64 *n = bpf_map_lookup_elem(&executed, &zero);
                  if (n) __sync_fetch_and_add(n, step);
                  return 0;
                }
                char _license[] SEC("license") = "GPL";
                """)
        }

        @Test func `probes of their own are loaded, adopted, replaced and removed`() throws {
            try withChain { _, base in
                let number = MonitoredNumber(map: "executed", key: 0)
                func executed(_ set: ProbeSet) throws -> Int64 {
                    for _ in 0..<5 { try Tool("true").run() }
                    let map = try #require(set.maps["executed"])
                    return try #require(try number.read(from: map))
                }
                func load() throws {
                    let set = try ProbeSet.load(
                        Self.probes(), name: "exec.counter", revision: "1", monitored: [number], in: base)
                    #expect(set.isWhole)
                    #expect(try executed(set) >= 5)
                }
                try load()
                #expect(ProbeSet.names(in: base) == ["exec.counter"])
                let adopted = try #require(try ProbeSet.adopt("exec.counter", in: base))
                #expect(adopted.isWhole && adopted.revision == "1" && adopted.programs == ["count"])
                let before = try executed(adopted)
                #expect(before >= 10)
                let error = try #require(throws: ChainingError.self) {
                    _ = try ProbeSet.load(
                        Self.probes("tracepoint/sched/nothing"), name: "exec.counter", revision: "2",
                        replacing: adopted,
                        in: base)
                }
                #expect(error.description.contains("tracepoint/sched/nothing"))
                #expect(try executed(adopted) >= before + 5)
                let renewed = try ProbeSet.load(
                    Self.probes(), name: "exec.counter", revision: "3", replacing: adopted, in: base)
                let after = try executed(renewed)
                #expect(after >= before + 10)
                #expect(try ProbeSet.adopt("exec.counter", in: base)?.revision == "3")
                renewed.remove()
                #expect(ProbeSet.names(in: base) == [])
                #expect(try executed(renewed) == after)
                #expect(try ProbeSet.adopt("exec.counter", in: base) == nil)
                let odd = try #require(throws: ChainingError.self) {
                    _ = try ProbeSet.load(Self.probes("xdp"), name: "odd", revision: "", in: base)
                }
                #expect(odd.message.contains("in the section \"xdp\""))
            }
        }
    }
}
