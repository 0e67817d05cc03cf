// Processor affinity (sched_setaffinity(2)), which the C library declares only with _GNU_SOURCE, and as macros.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <linux/types.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AFFINITY_WORDS = 16 };
// A set of processors: bit n of the words stands for processor n.
struct affinity {
    __u64 words[AFFINITY_WORDS];
};

// The processors that the calling thread may use. 0 or -errno.
static inline int affinity_get(struct affinity *processors) {
    for (int word = 0; word < AFFINITY_WORDS; word++) {
        processors->words[word] = 0;
    }
    return syscall(SYS_sched_getaffinity, 0, sizeof *processors, processors) < 0 ? -errno : 0;
}

static inline int affinity_set(const struct affinity *processors) {
    return syscall(SYS_sched_setaffinity, 0, sizeof *processors, processors) < 0 ? -errno : 0;
}

// The last of these processors alone.
static inline struct affinity affinity_last(const struct affinity *processors) {
    struct affinity last = {{0}};
    for (int word = AFFINITY_WORDS - 1; word >= 0; word--) {
        if (processors->words[word] != 0) {
            last.words[word] = 1ull << (63 - __builtin_clzll(processors->words[word]));
            break;
        }
    }
    return last;
}
