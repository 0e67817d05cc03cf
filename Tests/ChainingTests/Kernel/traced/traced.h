// Members of the tests, in Swift: each writes down that it saw a packet.
#pragma once
#include "bpf_swift.h"

enum { TRACED_PACKETS = 1 << 20 };

// Who ran on a packet, in the order in which they did.
struct trace {
  __u8 count;
  __u8 members[15];
};

// By the number that the packet carries.
BPF_MAP(traces, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, TRACED_PACKETS);
  __type(key, __u32); __type(value, struct trace);)
BPF_MAP(seen, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64);)
BPF_MAP(next_program, __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u32);)

// 7 in L3AF's convention, 8 knows nothing of chaining.
BPF_PROGRAM("tc", linked_tc, struct __sk_buff)
BPF_PROGRAM("tc", plain_tc, struct __sk_buff)
BPF_PROGRAM("xdp", linked_xdp, struct xdp_md)
BPF_PROGRAM("xdp", plain_xdp, struct xdp_md)
