// /dev/net/tun (Documentation/networking/tuntap.rst): ioctl is variadic, and ifreq a union of unions.
#pragma once
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

// Makes or takes the TAP device `name` on an open /dev/net/tun, no packet information header.
// `name` may hold %d and has room for IFNAMSIZ; it returns with the device's name. 0 or -errno.
static inline int linux_tap_attach(int fd, char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        return -errno;
    }
    memcpy(name, request.ifr_name, IFNAMSIZ);
    return 0;
}

// Whether the device outlives its last descriptor. 0 or -errno.
static inline int linux_tap_persist(int fd, int persist) {
    return ioctl(fd, TUNSETPERSIST, (unsigned long)persist) < 0 ? -errno : 0;
}

// A classic program that accepts nothing: frames sent through the device are not queued for its reader. 0 or -errno.
static inline int linux_tap_discard(int fd) {
    struct sock_filter reject = {BPF_RET | BPF_K, 0, 0, 0};
    struct sock_fprog program = {1, &reject};
    return ioctl(fd, TUNATTACHFILTER, &program) < 0 ? -errno : 0;
}
