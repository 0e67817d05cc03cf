// What both sides of the kernel boundary share: map layouts and constants, nothing else.
// Kernel-side and user-side Swift import this header as the module KernelABI.
#pragma once
#include <linux/types.h>

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
    // 262,144 rules: one summary word of 64 blocks of 64 words of 64 rules.
    RULES_PER_WORD = 64,
    RULES_PER_BLOCK = 64 * 64,
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

// One block (4,096 rules) of one class: bit w of `aggregate` is set when word w (64 rules) has a rule.
// When `aggregate` has exactly one bit set, `leaf` is that word itself; otherwise it is the index of a leaf_block.
struct class_block {
    __u64 aggregate;
    __u64 leaf;
};

// The 64 words of one block: bit r of word w stands for rule 64 * w + r of the block.
struct leaf_block {
    __u64 word[64];
};

enum { ACTION_SKIP = 0, ACTION_MIRROR = 1 };

// Constants of one mirror, set before load.
struct copy_settings {
    // The tap device that copies are cloned to.
    __u32 tap_ifindex;
    __u32 target_count;
};

// Constants of one compiled rule list, set before load so that the verifier prunes what it does not use.
struct table_settings {
    __u32 rule_count;
    // Blocks a class has: rule_count / 4,096, rounded up, at least 1.
    __u32 block_count;
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
    struct copy_settings copy;
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

enum { OUTER_HEADER_MAX = 80, ETHERNET_HEADER = 14 };

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

// The search for a packet's rule, on one CPU. It is in a map because what the verifier reads from there can be
// anything: on the stack it would follow each way in which a packet can come to the same search by itself.
struct search {
    __u64 blocks;
    __u64 words;
    __u32 block;
    __u32 classes[FIELD_COUNT];
    __u32 reserved;
    struct trie_position source;
    struct trie_position destination;
};

struct tally {
    __u64 packets;
    __u64 bytes;
};

// What became of the copies of one rule to one target, on one CPU.
struct outcome {
    struct tally sent;
    // Bytes of all frames that the tunnel program got, sent or not.
    __u64 frame_bytes;
    // Copies among `sent` that were shortened to fit the MTU.
    __u64 truncated;
    __u64 failed[FAILURE_COUNT];
};

// Own copies, or another Periscope's, that came by and were not mirrored again.
struct mirror_counters {
    struct tally own;
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
