// Maps and programs of a mirror on one interface: find the rule, send the copies, count.
#pragma once
#include "bpf_swift.h"
#include "kernel_abi.h"

BPF_CONST(struct table_settings, settings, { 0 })
BPF_CONST(struct copy_settings, copy_settings, { 0 })

// The compiled rule list; sizes are set before load.
BPF_MAP(trie_blocks, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct trie_block);)
BPF_MAP(trie_paths, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct trie_path);)
BPF_MAP(field_classes, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct field_classes);)
BPF_MAP(rule_classes, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct rule_class);)
BPF_MAP(class_blocks, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct class_block);)
BPF_MAP(leaf_words, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u64);)
BPF_MAP(rules, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct rule);)

// What searches have found, cache_mask + 1 of them for each CPU.
BPF_MAP(search_cache, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct cached_search);)

// A search that goes on in another run or has found its rule, and the programs that go on with it: enum stage, twice
// a direction.
enum stage { STAGE_SELECT = 0, STAGE_RESUME = 2, STAGE_MATCH = 4, STAGE_COUNT = 6 };
BPF_MAP(searches, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct search);)
BPF_MAP(stages, __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, STAGE_COUNT);
  __type(key, __u32); __type(value, __u32);)

// Selection. What is shared with the programs that replace these: the mirror's budget, the flow table, the brake.
BPF_MAP(selections, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct selection);)
BPF_MAP(budgets, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct budget);)
BPF_MAP(mirror_budget, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct budget);)
BPF_MAP(flows, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct flow_set);)
BPF_MAP(fragments, __uint(type, BPF_MAP_TYPE_LRU_HASH); __uint(max_entries, 4096);
  __type(key, __u64); __type(value, struct fragment);)
BPF_MAP(brakes, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct brake);)
// Nanoseconds since 1970 at boot: the clock's offset, which the process keeps up to date.
BPF_MAP(boot_time, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u64);)

// Of a preview: the flows that were seen, a place to make a new account of one, and all packets by direction.
BPF_MAP(observations, __uint(type, BPF_MAP_TYPE_LRU_HASH); __uint(max_entries, 1024);
  __type(key, struct observation_key); __type(value, struct observation);)
BPF_MAP(new_observation, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct observation);)
BPF_MAP(surveyed, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 2);
  __type(key, __u32); __type(value, struct tally);)

// What the copies that this CPU is sending are to be; read by the tunnel program.
BPF_MAP(orders, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct copy_order);)

// What the tunnel program did with the copies that this CPU is sending; shared with it.
BPF_MAP(passage, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct outcome);)

// Counters: by rule, and by rule * targets + target.
BPF_MAP(rule_counters, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct rule_counters);)
BPF_MAP(outcomes, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct outcome);)
BPF_MAP(mirror_counters, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct mirror_counters);)

// Functions of their own, which the verifier goes through once: their loops cost as much as all the rest.
// Takes bytes out of a budget, the mirror's (0) or a rule's (1 + its index), and tells whether there were so many.
BPF_GLOBAL_SUBPROGRAM(__s64, take_budget, (__u32 number, __u64 bytes, __u64 now), (number, bytes, now))
// Gives back what was taken at the time `taken`.
BPF_GLOBAL_SUBPROGRAM(__s64, return_budget, (__u32 number, __u64 bytes, __u64 taken), (number, bytes, taken))
// Counts packets or bytes of a flow unless it had `limit` of them already, and tells whether it counted.
BPF_GLOBAL_SUBPROGRAM(__s64, take_flow, (__u64 flow, __u64 amount, __u64 limit, __u64 now), (flow, amount, limit, now))

BPF_PROGRAM("tc", match_ingress, struct __sk_buff)
BPF_PROGRAM("tc", match_egress, struct __sk_buff)
BPF_PROGRAM("tc", resume_ingress, struct __sk_buff)
BPF_PROGRAM("tc", resume_egress, struct __sk_buff)
// What every matcher ends in, by tail call: the table with the rule in `searches`, generated ones with their only rule.
BPF_PROGRAM("tc", select_ingress, struct __sk_buff)
BPF_PROGRAM("tc", select_egress, struct __sk_buff)
// Of a preview: count every packet and have it matched, where STAGE_MATCH has the program for that.
BPF_PROGRAM("tc", survey_ingress, struct __sk_buff)
BPF_PROGRAM("tc", survey_egress, struct __sk_buff)
