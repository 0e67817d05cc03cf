// Starting a process in a session of its own, and naming it.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <unistd.h>

// Starts `path` in a session of its own, which the terminal's signals do not reach, with `input` as its standard
// input. The process's number, or -errno.
static inline int linux_spawn_apart(const char *path, char *const arguments[], int input) {
    extern char **environ;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none;
    pid_t process = 0;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, 0x80 /* POSIX_SPAWN_SETSID */ | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    int error = posix_spawn(&process, path, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error != 0 ? -error : process;
}

// Names the calling thread, as ps(1) and pkill(1) show it.
static inline void linux_set_process_name(const char *name) { prctl(PR_SET_NAME, name); }

// A pipe whose ends are closed on exec. 0 or -errno.
static inline int linux_pipe_closed_on_exec(int ends[2]) {
    if (pipe(ends) < 0) return -errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}
