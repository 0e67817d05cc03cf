// Chains of programs (docs/design/chains.md): what the root program and user space share.
#pragma once
#include <linux/types.h>

enum {
    // Members of a chain. Each takes one tail call, and one more when it goes on by its own next-program map; the kernel
    // allows 33 for a packet.
    CHAIN_POSITIONS = 16,
    // Two orders, of which one is in force: the half of a map that the other is in can be written at leisure.
    CHAIN_SLOTS = 2 * CHAIN_POSITIONS,
    // Loaded programs that can be told apart: those in force, those about to be, and some to spare.
    CHAIN_INSTANCES = 64,
};

enum {
    // What the program behind a member's next-program map returns: the member let the packet go on.
    CHAIN_NEXT = 0x4e455854,
    // What a jump comes back with that went nowhere: the slot is empty, or the packet has used up its tail calls.
    CHAIN_MISSED = 0x4d495353,
};

// chain_order.flags.
enum { CHAIN_TIMED = 1 };

// One order of members.
struct chain_order {
    // At most CHAIN_POSITIONS.
    __u32 count;
    __u32 flags;
};

// What the root does with the program in the slot of the same number.
struct chain_place {
    // Where its runs are counted.
    __u32 instance;
    // Bit v + 1 is set: after the verdict v, from -1 to 30, the packet goes on to the next member.
    __u32 passing;
};

// What became of packets at a member. `ended`: they went no further; `failed`: the member could not be run.
struct chain_tally {
    __u64 runs;
    __u64 ended;
    __u64 failed;
    // Time in the member; counted when CHAIN_TIMED is set.
    __u64 nanoseconds;
};
