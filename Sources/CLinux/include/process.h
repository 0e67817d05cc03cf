// Limits, file systems and printf: macros, GNU extensions and va_list, none of which Swift imports.
#pragma once
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// Lifts the limit of locked memory. 0 or -errno.
static inline int linux_lift_memlock(void) {
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_MEMLOCK, &limit) < 0 ? -errno : 0;
}

// The magic number of the file system that `path` is on (linux/magic.h); 0 when there is no such path.
static inline unsigned int linux_file_system(const char *path) {
    struct statfs status;
    return statfs(path, &status) < 0 ? 0 : (unsigned int)status.f_type;
}

// The text of a printf format with its arguments, to be freed; NULL without memory.
static inline char *linux_format(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, arguments);
    }
    return text;
}

// Gives memory back to the system that was freed, which the C library otherwise keeps for the next time.
static inline void linux_trim_heap(void) { malloc_trim(0); }

// On how many processors the calling thread may run: those of its affinity (taskset(1), a container's cpuset); 0 when
// that cannot be told.
static inline int linux_allowed_processors(void) {
    unsigned long mask[128] = {0};
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long word = 0; word < bytes / (long)sizeof(long); word++) count += __builtin_popcountl(mask[word]);
    return count;
}
