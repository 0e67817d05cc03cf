// The root of a chain (docs/design/chains.md): runs the members in the order that is in force.
#pragma once
#include "bpf_swift.h"
#include "chain_abi.h"

// Which of the two orders is in force: 0 or 1. Its one byte that changes is written in one store.
BPF_MAP(active, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u32);)
BPF_MAP(orders, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2);
  __type(key, __u32); __type(value, struct chain_order);)
// By position; those of the second order from CHAIN_POSITIONS on.
BPF_MAP(places, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, CHAIN_SLOTS);
  __type(key, __u32); __type(value, struct chain_place);)
BPF_MAP(slots, __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, CHAIN_SLOTS);
  __type(key, __u32); __type(value, __u32);)
BPF_MAP(tallies, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, CHAIN_INSTANCES);
  __type(key, __u32); __type(value, struct chain_tally);)

// A jump to the program in one slot, as a function of its own: what is jumped to returns to the root, which goes on.
// One for each slot, because the kernel makes a direct jump only of a tail call whose slot is a constant. What it comes
// back with is hidden from clang, which sees no way but the one on which the jump failed.
#if defined(BPF_SHELL)
#define CHAIN_JUMP(hook, ctx, slot) \
  __attribute__((noinline)) int hook##_jump_##slot(ctx *c) { \
    __u32 missed = CHAIN_MISSED; __asm__ volatile("" : "+r"(missed)); \
    bpf_tail_call(c, &slots, slot); return missed; }
#else
#define CHAIN_JUMP(hook, ctx, slot) int hook##_jump_##slot(ctx *_Nonnull c);
#endif
#define CHAIN_JUMPS(hook, ctx) \
  CHAIN_JUMP(hook, ctx, 0) CHAIN_JUMP(hook, ctx, 1) CHAIN_JUMP(hook, ctx, 2) CHAIN_JUMP(hook, ctx, 3) \
  CHAIN_JUMP(hook, ctx, 4) CHAIN_JUMP(hook, ctx, 5) CHAIN_JUMP(hook, ctx, 6) CHAIN_JUMP(hook, ctx, 7) \
  CHAIN_JUMP(hook, ctx, 8) CHAIN_JUMP(hook, ctx, 9) CHAIN_JUMP(hook, ctx, 10) CHAIN_JUMP(hook, ctx, 11) \
  CHAIN_JUMP(hook, ctx, 12) CHAIN_JUMP(hook, ctx, 13) CHAIN_JUMP(hook, ctx, 14) CHAIN_JUMP(hook, ctx, 15) \
  CHAIN_JUMP(hook, ctx, 16) CHAIN_JUMP(hook, ctx, 17) CHAIN_JUMP(hook, ctx, 18) CHAIN_JUMP(hook, ctx, 19) \
  CHAIN_JUMP(hook, ctx, 20) CHAIN_JUMP(hook, ctx, 21) CHAIN_JUMP(hook, ctx, 22) CHAIN_JUMP(hook, ctx, 23) \
  CHAIN_JUMP(hook, ctx, 24) CHAIN_JUMP(hook, ctx, 25) CHAIN_JUMP(hook, ctx, 26) CHAIN_JUMP(hook, ctx, 27) \
  CHAIN_JUMP(hook, ctx, 28) CHAIN_JUMP(hook, ctx, 29) CHAIN_JUMP(hook, ctx, 30) CHAIN_JUMP(hook, ctx, 31)
CHAIN_JUMPS(xdp, struct xdp_md)
CHAIN_JUMPS(tc, struct __sk_buff)

BPF_PROGRAM("xdp", xdp_root, struct xdp_md)
BPF_PROGRAM("tc", tc_root, struct __sk_buff)
// What stands in the next-program map of each member.
BPF_PROGRAM("xdp", xdp_next, struct xdp_md)
BPF_PROGRAM("tc", tc_next, struct __sk_buff)
