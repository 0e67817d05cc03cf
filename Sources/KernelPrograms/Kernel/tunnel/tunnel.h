// The program at the tap device's egress: puts each copy into its tunnel and sends it to its target.
#pragma once
#include "bpf_swift.h"
#include "kernel_abi.h"

BPF_MAP(targets, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, MAX_TARGETS);
  __type(key, __u32); __type(value, struct target);)

// What became of the copies that this CPU is sending; read by the program that cloned them.
BPF_MAP(passage, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct outcome);)

// What the program that cloned them wants of the copies.
BPF_MAP(orders, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct copy_order);)

// Copies that this CPU has sent to each target, modulo 2^32: the number of the next one.
BPF_MAP(sequences, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, MAX_TARGETS);
  __type(key, __u32); __type(value, __u32);)

// The fields of the packet that this CPU is sending (PacketFields), kept here so that the verifier need not follow each
// way in which they can be found through all that is done with them.
BPF_MAP(packets, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct packet_fields);)

// The outer header of the copy that this CPU is sending, and behind it what is left of its frame where both are written in
// one piece. The verifier knows of lengths and places only that they are less than some power of two: so much room is
// there.
struct outer_header { __u8 bytes[2048 + 16]; };
BPF_MAP(outer_headers, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct outer_header);)

// The first bytes of the frame that this CPU is sending, while they are taken off it.
struct header_bytes { __u8 bytes[256 + 8]; };
BPF_MAP(headers, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct header_bytes);)

// The way to each target as the kernel's routes had it when this CPU last asked: at the tick `tick` (jiffies), for
// packets of at most `longest` bytes. `hop` is struct bpf_redir_neigh of linux/bpf.h without its anonymous union.
struct next_hop {
  __u32 family;
  __be32 address[4];
};
struct way {
  __u64 tick;
  __u32 ifindex;
  __u32 longest;
  struct next_hop hop;
  __u32 reserved;
};
BPF_MAP(ways, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, MAX_TARGETS);
  __type(key, __u32); __type(value, struct way);)

// When this CPU last let a copy ask for the neighbour of a target, in nanoseconds since boot.
BPF_MAP(asked, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, MAX_TARGETS);
  __type(key, __u32); __type(value, __u64);)

// Bytes of the packet that this CPU is summing up.
struct summands { __u8 bytes[512]; };
BPF_MAP(summands, __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);
  __type(key, __u32); __type(value, struct summands);)

// One's complement sum (RFC 1071) of `length` bytes of the packet from `offset` on, added to `seed`; negative when they
// are not all there.
BPF_GLOBAL_SUBPROGRAM(__s64, sum_of_bytes,
  (struct __sk_buff *_Nonnull skb, __u32 offset, __u32 length, __u32 seed), (skb, offset, length, seed))
// The same of as many bytes as `summands` has.
BPF_GLOBAL_SUBPROGRAM(__s64, sum_of_chunk,
  (struct __sk_buff *_Nonnull skb, __u32 offset, __u32 seed), (skb, offset, seed))

// Whether the kernel leaves a checksum of the packet to the network card: not 0. `position`: of any 16 bits of it.
BPF_GLOBAL_SUBPROGRAM(__u64, is_left_to_card, (struct __sk_buff *_Nonnull skb, __u32 position), (skb, position))

// Where the checksum of a frame of `length` bytes stands that was left to the network card, in the upper half, and of how
// many bytes it is; 0 when there is none.
BPF_GLOBAL_SUBPROGRAM(__u64, card_checksum, (struct __sk_buff *_Nonnull skb, __u32 length), (skb, length))

// Puts the outer header of a copy to the target `number` in `outer_headers`, for an outer IP packet of `packet` bytes that
// carries a frame which had `frame` bytes; negative when something is not there.
BPF_GLOBAL_SUBPROGRAM(__s64, write_outer_header,
  (__u32 number, __u32 packet, __u32 frame, __u32 rewritten), (number, packet, frame, rewritten))

// Completes the checksum of a frame where it was left to the card (`checksum` as card_checksum has it), cuts it to `left`
// bytes, and makes `room` in front; negative when the kernel refused.
BPF_GLOBAL_SUBPROGRAM(__s64, change_frame,
  (struct __sk_buff *_Nonnull skb, __u64 checksum, __u32 left, __u32 shortens, __u32 room),
  (skb, checksum, left, shortens, room))

// Changes the headers of a frame that stands in `outer_headers`, `shift` bytes after where it would begin there: makes them
// say that `left` bytes are left of it, if they are to, or completes a checksum that was left to the card.
BPF_GLOBAL_SUBPROGRAM(__s64, rewrite_headers,
  (__u32 shift, __u32 left, __u32 shortens, __u64 checksum), (shift, left, shortens, checksum))

BPF_PROGRAM("tc", tunnel, struct __sk_buff)

// struct bpf_fib_lookup of linux/bpf.h without its anonymous unions.
struct route_query {
  __u8 family, l4_protocol;
  __be16 source_port, destination_port;
  // In: length of the packet, 0 for any; out: the route's MTU (Linux 5.12 and newer).
  __u16 length;
  __u32 ifindex;
  __be32 flow_information;
  __be32 source[4], destination[4];
  __u64 rest[2];
};
_Static_assert(sizeof(struct route_query) == sizeof(struct bpf_fib_lookup), "the kernel's own layout");
_Static_assert(sizeof(struct next_hop) == sizeof(struct bpf_redir_neigh), "the kernel's own layout");
