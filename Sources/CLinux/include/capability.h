// capget(2): the C library has no wrapper, and libcap would be a library for one call.
#pragma once
#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

// The effective capabilities of this thread, a bit each; 0 or -errno.
static inline int linux_effective_capabilities(__u64 *capabilities) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};
    if (syscall(SYS_capget, &header, data) < 0) {
        return -errno;
    }
    *capabilities = (__u64)data[1].effective << 32 | data[0].effective;
    return 0;
}
