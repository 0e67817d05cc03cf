// Programs that only tests need: one that tells what the kernel side sees of a packet, and one that makes packets
// which test runs cannot make.
#pragma once
#include "bpf_swift.h"
#include "kernel_abi.h"

// PacketFields, a number each; what a packet does not have is 0.
struct packet_facts {
  __u64 family;
  __u64 source[2], destination[2];
  __u64 protocol;
  // Bit 32 is set when there are ports, bit 8 when there are flags, bit 16 when there is a tag.
  __u64 ports, tcp_flags, vlan;
  __u64 is_fragment;
};

BPF_MAP(facts, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct packet_facts);)

// Where a prepared packet goes on.
BPF_MAP(continuation, __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, __u32);)

BPF_PROGRAM("tc", read_fields, struct __sk_buff)
// Makes a packet as test runs cannot make them, and goes on with `continuation`: of cb[0] bytes, however few; with the
// VLAN tag cb[1] (EtherType, then its contents; 0: none) besides its bytes, as network cards deliver it.
BPF_PROGRAM("tc", prepare, struct __sk_buff)
