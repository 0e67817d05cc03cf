// unshare(2) and setns(2) are GNU extensions, which Swift's Glibc module leaves out.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// linux/sched.h
#define LINUX_CLONE_NEWNS 0x00020000
#define LINUX_CLONE_NEWNET 0x40000000

// Moves the calling thread to new namespaces of the kinds in `flags`. 0 or -errno.
static inline int linux_unshare(int flags) {
    return syscall(SYS_unshare, flags) < 0 ? -errno : 0;
}

// Moves the calling thread to the namespace that `fd` refers to. 0 or -errno.
static inline int linux_setns(int fd, int kind) {
    return syscall(SYS_setns, fd, kind) < 0 ? -errno : 0;
}
