// membarrier(2) has no wrapper in the C library.
#pragma once
#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

// 0, or -errno.
static inline int linux_membarrier(int command) {
    return syscall(SYS_membarrier, command, 0, 0) < 0 ? -errno : 0;
}
