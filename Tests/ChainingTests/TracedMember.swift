import BPF
import Chaining
import Foundation
import KernelPrograms
import TestSupport

/// Members that write down which packets they saw: C in L3AF's convention and without, in the old sections that L3AF's
/// packages have, and Swift.
enum TracedMember {
    static let hooks: [ChainHook] = [.xdp, .ingress, .egress]
    /// The numbers of C members in the convention: 1 to 4; without: 5 and 6. Of Swift: 7 and 8.
    static let all: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    /// What is compiled for one number and hook.
    ///
    /// - Parameters:
    ///   - seen: the type of what the map `seen` counts in.
    ///   - delay: readings of the clock that it does for each packet, some tens of nanoseconds each.
    static func source(_ number: UInt8, _ hook: ChainHook, seen: String = "u64", delay: Int = 0) -> String {
        let context = hook == .xdp ? "struct xdp_md" : "struct __sk_buff"
        // Old names of sections, that libbpf does not know.
        let section =
            hook == .xdp
            ? ["xdp_ratelimiting", "xdp-root", "xdp"][Int(number) % 3]
            : ["tc_ingress_redirect", "classifier", "tc-egress-root"][Int(number) % 3]
        return """
            #include <linux/bpf.h>
            #include <bpf/bpf_helpers.h>
            typedef __u64 u64;
            struct trace { __u8 count; __u8 members[15]; };
            struct wide { __u64 first, second; };
            struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1 << 20); __type(key, __u32);
              __type(value, struct trace); } traces SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32);
              __type(value, \(seen)); __uint(pinning, LIBBPF_PIN_BY_NAME); } seen SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __type(key, __u32);
              __type(value, __u32); __uint(pinning, LIBBPF_PIN_BY_NAME); } next_program SEC(".maps");
            SEC("\(section)") int _member(\(context) *c) {
              __u32 number;
              __u16 port;
            \(hook == .xdp ? """
                  unsigned char *p = (void *)(long)c->data;
                  if (p + 46 > (unsigned char *)(long)c->data_end) goto out;
                  port = *(__u16 *)(p + 36);
                  number = *(__u16 *)(p + 42) | *(__u16 *)(p + 44) << 16;
                """ : """
                  if (bpf_skb_load_bytes(c, 36, &port, 2) || bpf_skb_load_bytes(c, 42, &number, 4)) goto out;
                """)
              if (port != __builtin_bswap16(7777)) goto out;
              struct trace *t = bpf_map_lookup_elem(&traces, &number);
              __u32 zero = 0;
              __u64 *s = bpf_map_lookup_elem(&seen, &zero);
              if (!t || !s) goto out;
              __sync_fetch_and_add(s, 1);
              __u8 position = t->count;
              t->count = position + 1;
              if (position < 15) t->members[position] = \(number);
              for (int i = 0; i < \(delay); i++) bpf_ktime_get_ns();
            out:
            \(number <= 4 ? "  bpf_tail_call(c, &next_program, 0);" : "")
              return \(hook == .xdp ? "XDP_PASS" : "0");
            }
            char _license[] SEC("license") = "GPL";
            """
    }

    static func compile(_ source: String) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let file = try directory.write(Array(source.utf8), to: "member.c")
        try Tool("clang").run(
            "-target", "bpf", "-mcpu=v2", "-O2", "-g", "-Wno-everything", "-idirafter",
            "/usr/include/\(machine)-linux-gnu", "-c", file, "-o", directory.path("member.o"))
        return try directory.read("member.o")
    }

    private static var machine: String {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }

    /// The objects of all members at a hook, with the names of their programs.
    static func objects(_ hook: ChainHook) throws -> [UInt8: (bytes: [UInt8], entry: String)] {
        var objects: [UInt8: (bytes: [UInt8], entry: String)] = [:]
        for number in all where number <= 6 { objects[number] = (try compile(source(number, hook)), "_member") }
        let type = hook == .xdp ? "xdp" : "tc"
        objects[7] = (KernelObject.traced.bytes, "linked_\(type)")
        objects[8] = (KernelObject.traced.bytes, "plain_\(type)")
        return objects
    }

    /// A member as a plan has it.
    static func member(
        _ number: UInt8, _ object: (bytes: [UInt8], entry: String), at hook: ChainHook, revision: Int = 1, traces: Map
    ) -> ChainMember {
        let isLinked = number <= 4 || number == 7
        var member = ChainMember(
            name: "member.\(number)", revision: "\(revision)", source: .object(object.bytes, entry: object.entry),
            continuation: isLinked ? .nextProgram(map: "next_program") : .verdicts(hook.passingVerdicts))
        member.lentMaps = ["traces": traces]
        return member
    }

    /// The map in which members write down who saw a packet: a count and up to 15 numbers for each.
    static func traces() throws -> Map {
        try Map.create(.array, name: "traces", keySize: 4, valueSize: 16, maxEntries: 1 << 20)
    }
}
