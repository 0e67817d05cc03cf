// Maps and programs of a mirror on one interface: find the rule, send the copies, count.
#pragma once
#include "bpf_swift.h"
#include "kernel_abi.h"

BPF_CONST(struct table_settings, settings, { 0 })

// The compiled rule list; sizes are set before load.
BPF_MAP(trie_blocks, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct trie_block);)
BPF_MAP(trie_paths, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct trie_path);)
BPF_MAP(field_classes, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct field_classes);)
BPF_MAP(summaries, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u64);)
BPF_MAP(class_blocks, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct class_block);)
BPF_MAP(leaf_blocks, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct leaf_block);)
BPF_MAP(actions, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u32);)

// A search that goes on in another run, and the programs that go on with it, by enum direction.
BPF_MAP(searches, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct search);)
BPF_MAP(resumptions, __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2);
  __type(key, __u32); __type(value, __u32);)

// What the tunnel program did with the copies that this CPU is sending; shared with it.
BPF_MAP(passage, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct outcome);)

// Counters: matched by rule, outcomes by rule * targets + target.
BPF_MAP(matched, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct tally);)
BPF_MAP(outcomes, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct outcome);)
BPF_MAP(mirror_counters, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct mirror_counters);)

BPF_PROGRAM("tc", match_ingress, struct __sk_buff)
BPF_PROGRAM("tc", match_egress, struct __sk_buff)
BPF_PROGRAM("tc", resume_ingress, struct __sk_buff)
BPF_PROGRAM("tc", resume_egress, struct __sk_buff)
// For expressions: the generated matcher ends in a tail call to this.
BPF_PROGRAM("tc", mirror_matched, struct __sk_buff)
