// Descriptors that poll(2) can wait for, and which Swift's Glibc module leaves out: signalfd(2), inotify(7).
#pragma once
#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

// A descriptor that reads the signals of `set`, which the calling thread must have blocked. -errno when it fails.
static inline int linux_signalfd(const sigset_t *set) {
    int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

// A descriptor that reads what happens in a folder: files written and closed, moved in, made or removed.
// -errno when it fails.
static inline int linux_watch_folder(const char *path) {
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) return -errno;
    if (inotify_add_watch(fd, path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}
