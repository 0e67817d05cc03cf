// Network namespaces, and starting and watching processes: what Swift's Glibc module does not show, because glibc
// declares it for _GNU_SOURCE only (setns(2), pipe2(2), pidfd_open(2), posix_spawn(3)).
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define LINUX_CLONE_NEWNET 0x40000000

// Since glibc 2.34.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// Moves the calling thread into the network namespace that the descriptor refers to.
static inline int linux_enter_network_namespace(int descriptor) {
    return (int)syscall(SYS_setns, descriptor, LINUX_CLONE_NEWNET);
}

/// A descriptor that polls readable once the process has ended (Linux 5.3). glibc has a name for it only since 2.36.
static inline int linux_pidfd_open(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

/// A pipe whose ends, reading and writing, are closed on exec.
static inline int linux_pipe(int ends[2]) {
    return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/// Has a process that is started close every descriptor from a number on.
static inline int linux_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

/// Sends a signal to the process that a pidfd refers to, and never to another that has its number by now (Linux 5.1).
static inline int linux_pidfd_send_signal(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, (void *)0, 0);
}
