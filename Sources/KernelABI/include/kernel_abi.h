// What both sides of the kernel boundary share: map layouts and constants, nothing else.
// Kernel-side and user-side Swift import this header as the module KernelABI.
#pragma once
#include <linux/types.h>
#include "chain_abi.h"

// ---------------------------------------------------------------------------------------------
// Rule tables. A rule list is compiled to one class number per field, and a bitmap of rules per
// class (docs/design/rule-tables.md). All numbers are in host byte order unless a comment says so.

// The fields of a packet that rules can name.
enum field {
    FIELD_SOURCE_ADDRESS = 0,
    FIELD_DESTINATION_ADDRESS = 1,
    FIELD_SOURCE_PORT = 2,
    FIELD_DESTINATION_PORT = 3,
    FIELD_PROTOCOL = 4,
    FIELD_VLAN = 5,
    FIELD_TCP_FLAGS = 6,
    FIELD_DIRECTION = 7,
    FIELD_COUNT = 8,
};

enum direction { DIRECTION_INGRESS = 0, DIRECTION_EGRESS = 1 };

enum {
    // 262,144 rules: one summary word of 64 blocks of at most 64 words of 64 rules.
    RULES_PER_WORD = 64,
    MAX_BLOCK_WORDS = 64,
    MAX_BLOCKS = 64,
    MAX_RULES = 64 * 64 * 64,
};

// An entry of an address trie: two bits say what the other thirty are.
#define TRIE_CLASS 0x00000000u
#define TRIE_BLOCK 0x40000000u
#define TRIE_PATH 0x80000000u
#define TRIE_KIND 0xc0000000u
#define TRIE_INDEX 0x3fffffffu

// One step of eight address bits: the next byte of the address picks the entry.
struct trie_block {
    __u32 entry[256];
};

// A step of `length` (1...8) address bytes at once where nothing branches: the next eight bytes of
// the address, as a big-endian number, ANDed with `mask`, are compared with `bytes`. Equal: go on with
// `child` after `length` bytes; different: `miss` (always a class).
struct trie_path {
    __u64 bytes;
    __u64 mask;
    __u32 child;
    __u32 miss;
    __u32 length;
    __u32 reserved;
};

// Class of every value of the fields that are small enough to be looked up directly.
struct field_classes {
    __u32 source_port[65536];
    __u32 destination_port[65536];
    __u32 protocol[256];
    __u32 vlan[4096];
    __u32 tcp_flags[256];
};

// One block (table_settings.block_words words of 64 rules) of one class: bit w of `aggregate` is set when word w has
// a rule. When `aggregate` has exactly one bit set, `leaf` is that word itself; otherwise the index of a leaf, which is
// all words of a block: bit r of word w stands for the rule in slot 64 * w + r of the block.
struct class_block {
    __u64 aggregate;
    __u64 leaf;
};

// One class: bit b of `summary` is set when block b has a rule. If that is one block it stands in `block`; otherwise all
// that have one stand in the array of class_block, from `first` on.
struct rule_class {
    __u64 summary;
    struct class_block block;
    __u32 first;
    __u32 reserved;
};

enum { ACTION_SKIP = 0, ACTION_MIRROR = 1 };

// What becomes of the packets of one rule; in the table's order, which is not the list's.
struct rule {
    __u8 action;
    // How often the rules were replaced, modulo 256.
    __u8 generation;
    __u16 reserved;
    // Index in the map `selections`.
    __u32 selection;
    // The rule's number in the metadata of copies, which it keeps when the list is replaced.
    __u32 number;
    // In the list, and of its counters. Within a block of the table rules ascend by it, and blocks by their first rules.
    __u32 position;
};

// ---------------------------------------------------------------------------------------------
// Selection: how much is mirrored of what a rule matches (docs/selection.md).

enum { SAMPLE_PACKETS = 0, SAMPLE_FLOWS = 1 };
enum { FIRST_PACKETS = 0, FIRST_BYTES = 1 };
// Instead of a number of bytes: everything through the transport header.
#define SNAPLEN_HEADERS 0xffffffffu

// The selection of a rule, with what it takes over from the mirror. 0 stands for "not limited" everywhere.
struct selection {
    // Nanoseconds since boot (CLOCK_BOOTTIME) from which on nothing is mirrored.
    __u64 deadline;
    // Packets or bytes of each flow that are mirrored.
    __u64 first;
    __u32 first_unit;
    __u32 sampling_unit;
    // One of this many is mirrored, and the same as a bound for 32 random bits: 2^32 / rate.
    __u32 sampling_rate;
    __u32 sampling_bound;
    // Bytes of a frame that are mirrored, or SNAPLEN_HEADERS.
    __u32 snaplen;
    // 1 + the rule's index in the map `budgets`.
    __u32 budget;
};

#if !defined(__LINUX_BPF_H__) && !defined(_UAPI__LINUX_BPF_H__)
struct bpf_spin_lock {
    __u32 val;
};
#endif

// A budget is kept in slots of 2^23 ns (8.4 ms), of which any second touches at most 121.
enum { BUDGET_SLOT_SHIFT = 23, BUDGET_SLOTS = 128, BUDGET_WINDOW = 121 };

// How many bytes per second may be sent: at most `window_limit` within BUDGET_WINDOW slots, and on shorter terms
// no faster than `cost` allows, but for a burst.
struct budget {
    struct bpf_spin_lock lock;
    __u32 reserved;
    // Nanoseconds that a byte takes at the budget's rate, times 2^16.
    __u64 cost;
    // Nanoseconds that may be saved up.
    __u64 burst;
    __u64 window_limit;
    // State: until when time is spent (nanoseconds since boot), the newest slot's number, bytes in the window's slots.
    __u64 spent_until;
    __u64 slot;
    __u64 window;
    __u32 slots[BUDGET_SLOTS];
};

// The flow table: sets of FLOW_WAYS flows, found by a hash.
enum { FLOW_WAYS = 8 };
// A flow of which nothing was seen for this long (nanoseconds) has ended.
#define FLOW_IDLE 60000000000ull
struct flow {
    // SipHash-1-3 of the flow's addresses, ports and protocol; 0: no flow.
    __u64 hash;
    // Packets or bytes that were mirrored.
    __u64 count;
    // Nanoseconds since boot.
    __u64 seen;
};
struct flow_set {
    struct bpf_spin_lock lock;
    __u32 reserved;
    struct flow way[FLOW_WAYS];
};

// The flow that the first fragment of a datagram belongs to.
struct fragment {
    __u64 flow_hash;
    // Nanoseconds since boot; older than FRAGMENT_LIFE (RFC 8200 section 4.5) it is another datagram's.
    __u64 seen;
};
#define FRAGMENT_LIFE 60000000000ull

// What a preview has seen of one flow under one rule.
struct observation_key {
    __u64 flow;
    __u32 rule;
    __u32 reserved;
};
struct observation {
    // Of the packet that was first; addresses as trie keys.
    __u64 source[2];
    __u64 destination[2];
    __u16 source_port;
    __u16 destination_port;
    __u8 ip_protocol;
    // 4, 6, or 0 for what is not IP.
    __u8 family;
    __u16 reserved[5];
    __u64 packets;
    __u64 bytes;
    // Bytes that copies would have that are cut behind their headers, and to 128 and 256 bytes.
    __u64 header_bytes;
    __u64 bytes_of_128;
    __u64 bytes_of_256;
};

// What the process has the kernel leave out while copies do harm on their way. 0: nothing.
struct brake {
    // Bytes of a frame that are mirrored, where the rule's snaplen is not smaller.
    __u32 snaplen;
    // One of this many flows is mirrored, of those that the rule's sampling leaves.
    __u32 sampling_rate;
    __u32 sampling_bound;
    __u32 stopped;
};

// What any rule of the list makes use of; the rest is left out when the program is loaded.
enum {
    USES_DEADLINE = 1 << 0,
    USES_SAMPLING = 1 << 1,
    USES_FLOW_SAMPLING = 1 << 2,
    USES_FIRST = 1 << 3,
    USES_RULE_BUDGETS = 1 << 4,
    USES_MIRROR_BUDGET = 1 << 5,
    USES_BRAKE = 1 << 6,
    USES_METADATA = 1 << 7,
    // Nothing is sent: what would be is observed.
    USES_OBSERVATION = 1 << 8,
};

// Constants of one mirror, set before load.
struct copy_settings {
    // The tap device that copies are cloned to.
    __u32 tap_ifindex;
    __u32 target_count;
    // USES_*
    __u32 uses;
    // ORDER_KEEP_LENGTHS or 0.
    __u32 order_flags;
    // Sets of the flow table, less 1; a power of two is.
    __u32 flow_set_mask;
    // Bytes that all targets together put in front of a frame, outer Ethernet header included.
    __u32 overhead;
    // 1: the rule is the one that the table found; 0: there is one rule only.
    __u32 has_table;
    __u32 reserved;
    __u64 sampling_key[2];
};

// Whether some rule accepts packets of a kind: all others are done with at their EtherType.
enum { ACCEPTS_IPV4 = 1, ACCEPTS_IPV6 = 2, ACCEPTS_OTHER = 4 };

// Constants of one compiled rule list, set before load so that the verifier prunes what it does not use.
struct table_settings {
    // Words a block has: as few as make no more than MAX_BLOCKS blocks, at least 1.
    __u32 block_words;
    // Bit f is set when some rule names field f; the others need no look-up.
    __u32 fields;
    // Trie entries where the look-up of an address begins: IPv4 keys are the address in the upper
    // 32 bits of the first of two 64-bit words, IPv6 keys are both words.
    __u32 ipv4_source_root;
    __u32 ipv4_destination_root;
    __u32 ipv6_source_root;
    __u32 ipv6_destination_root;
    // Class of a packet that has no such field (not IP, no ports, untagged): the rules that do not name it.
    __u32 absent_class[FIELD_COUNT];
    // Class of FIELD_DIRECTION, by enum direction.
    __u32 direction_class[2];
    // ACCEPTS_*
    __u32 accepted;
    // Places of the search cache that each CPU has, less 1; a power of two is. 0: there is no cache.
    __u32 cache_mask;
};

// What a search has found: of packets that are the same in all that the table looks at. One cache line.
struct cached_search {
    // Addresses, ports, protocol, tag, flags, and which of them the packet has; all 0: nothing is kept here.
    __u64 key[6];
    // The rule's place in the table; NO_POSITION: no rule.
    __u32 rule;
    __u32 reserved[3];
};

// ---------------------------------------------------------------------------------------------
// Copies.

enum { MAX_TARGETS = 16 };

// The mark of a copy on the tap device: TAP_MARK plus the number of its target.
#define TAP_MARK 0x50530000u
#define TAP_MARK_TARGET 0x000000ffu
// The mark of a copy that leaves: no Periscope mirrors it again.
#define COPY_MARK 0x5053ffffu
// Mixed into the outer header's identification, by which Periscopes on other hosts know a copy.
#define SIGNATURE_SEED 0x50657269u

enum target_kind {
    TARGET_DEVICE = 0,
    TARGET_VXLAN = 1,
    TARGET_GENEVE = 2,
    TARGET_GUE = 3,
};

enum oversize { OVERSIZE_TRUNCATE = 0, OVERSIZE_DROP = 1, OVERSIZE_ALLOW = 2 };

// How the copy finds its way: by the kernel's routes at every packet, or over one interface.
enum { PATH_ROUTE = 0, PATH_INTERFACE = 1 };

// Over IPv6 Geneve with metadata takes 114.
enum { OUTER_HEADER_MAX = 128, ETHERNET_HEADER = 14 };

enum { METADATA_LENGTH = 44 };

// One target. `header` is the whole outer header, Ethernet included, with everything filled in that is the
// same for every copy: the program sets lengths, identification, source port and checksums.
struct target {
    __u8 header[OUTER_HEADER_MAX];
    // Bytes of `header` in use, Ethernet included; 0 for TARGET_DEVICE.
    __u32 header_length;
    __u32 kind;
    // AF_INET or AF_INET6 of the outer header.
    __u32 family;
    // 1: what follows the header is an Ethernet frame; 0: an IP packet (GUE).
    __u32 ethernet;
    // 1: byte 1 of the GUE header says what the inner packet is (variant 0).
    __u32 gue_protocol;
    __u32 path;
    // PATH_INTERFACE, TARGET_DEVICE: the interface.
    __u32 ifindex;
    // Largest outer IP packet in bytes.
    __u32 mtu;
    __u32 oversize;
    // Outer UDP source port, 0: a hash of the flow.
    __u32 source_port;
    // 0, or 1 + the enum failure to count every copy under (no route to it, its interface is down).
    __u32 unusable;
    // Where struct copy_metadata is in `header`; 0: nowhere.
    __u32 metadata;
    __u32 reserved;
    // Addresses of the outer header, network byte order; IPv4 in the first word.
    __u32 source[4];
    __u32 destination[4];
};

// Why a matched packet's copy was not sent.
enum failure {
    FAILED_NO_ROUTE = 0,
    FAILED_NO_NEIGHBOUR = 1,
    FAILED_DEVICE_DOWN = 2,
    FAILED_NO_MEMORY = 3,
    FAILED_OVERSIZE = 4,
    FAILED_NOT_CARRIED = 5,
    FAILED_REFUSED = 6,
    FAILURE_COUNT = 7,
};

// How far the look-up of an address is: a trie entry, and the bits of the address that it has not used yet.
struct trie_position {
    __u64 high;
    __u64 low;
    __u32 entry;
    __u32 reserved;
};

// Behind the last rule of a list.
#define NO_POSITION 0xffffffffu

// The kernel side's PacketFields.
struct packet_fields {
    __u64 words[16];
};

// The search for a packet's rule, on one CPU. It is in a map because what the verifier reads from there can be
// anything: on the stack it would follow each way in which a packet can come to the same search by itself.
struct search {
    struct packet_fields fields;
    __u64 blocks;
    __u64 words;
    __u32 block;
    // The class of each field that rules name; once the search has begun, what it is, with the block that the search is at.
    __u32 numbers[FIELD_COUNT];
    struct rule_class classes[FIELD_COUNT];
    // The first rule that was found so far: its place in the table, and its position in the list, NO_POSITION before.
    __u32 rule;
    __u32 position;
    // What the search looks at, and where the search cache has a place for it.
    __u64 key[6];
    __u32 cache_place;
    struct trie_position source;
    struct trie_position destination;
};

struct tally {
    __u64 packets;
    __u64 bytes;
};

// What one rule matched, and why packets were not copied, on one CPU.
struct rule_counters {
    struct tally matched;
    __u64 sampled_out;
    __u64 beyond_first;
    __u64 over_budget;
    __u64 expired;
};

// What the matcher wants of the copies that this CPU is about to send.
enum { ORDER_EGRESS = 1, ORDER_KEEP_LENGTHS = 2, ORDER_SAMPLED_BY_FLOW = 4 };
struct copy_order {
    // Nanoseconds since 1970.
    __u64 time;
    __u32 flags;
    __u32 snaplen;
    __u32 rule;
    __u32 sampling_rate;
    // Copies of the rule that were sent before, modulo 2^32.
    __u32 rule_sequence;
    __u32 generation;
};

// What became of the copies of one rule to one target, on one CPU.
struct outcome {
    struct tally sent;
    // Bytes of all frames that the tunnel program got, sent or not.
    __u64 frame_bytes;
    // Bytes of the sent copies with their outer headers, Ethernet included.
    __u64 wire_bytes;
    // Copies among `sent` that were shortened to fit the MTU.
    __u64 truncated;
    __u64 failed[FAILURE_COUNT];
};

// Own copies, or another Periscope's, that came by and were not mirrored again.
struct mirror_counters {
    struct tally own;
    // Flows that the flow table had no room for any more while they went on.
    __u64 evicted;
};

// What a copy says of itself in its tunnel header (docs/metadata.md), network byte order: a Geneve option, or the
// private data of GUE variant 0. User space's CopyMetadata has the same layout.
struct copy_metadata {
    __be16 option_class;
    __u8 option_type;
    __u8 option_words;
    __u8 version;
    __u8 flags;
    __be16 cpu;
    __be32 stream;
    __be32 sequence;
    __be32 rule;
    __be32 rule_sequence;
    __be32 original_length;
    __be32 sampling_rate;
    __be32 time_high, time_low; // one 64-bit number
    __u8 generation;
    __u8 target;
    __u16 reserved;
};
enum { METADATA_EGRESS = 1, METADATA_LENGTHS_REWRITTEN = 2, METADATA_SAMPLED_BY_FLOW = 4 };
