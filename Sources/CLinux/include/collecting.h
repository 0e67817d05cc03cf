// Batched UDP receive and send for the collector: what glibc hides without _GNU_SOURCE, and the control message
// macros, which Swift cannot import.
#pragma once
#include <linux/if_packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Options that the distribution's headers may lack (include/uapi/asm-generic/socket.h, linux/udp.h).
enum {
    COLLECTING_SO_MEMINFO = 55,
    COLLECTING_SO_RXQ_OVFL = 40,
    COLLECTING_SO_TIMESTAMPNS = 35,
    COLLECTING_SO_RCVBUFFORCE = 33,
    COLLECTING_UDP_NO_CHECK6_RX = 102,
    // Index of the drop counter in what SO_MEMINFO gives (linux/sock_diag.h, SK_MEMINFO_DROPS).
    COLLECTING_MEMINFO_DROPS = 8,
    COLLECTING_MEMINFO_VARS = 9,
    // Room for one timestamp and one drop count with their headers.
    COLLECTING_CONTROL_SIZE = 64,
};

// struct mmsghdr.
struct collecting_message {
    struct msghdr header;
    unsigned int length;
};

// What the kernel says about a datagram beside its bytes.
struct collecting_ancillary {
    // SO_TIMESTAMPNS: nanoseconds since 1970, 0 when there is none.
    uint64_t time;
    // SO_RXQ_OVFL: datagrams that the socket has dropped since it was made.
    uint32_t dropped;
    int has_dropped;
};

static inline int collecting_receive(int socket, struct collecting_message *messages, unsigned int count) {
    return (int)syscall(SYS_recvmmsg, socket, messages, count, MSG_DONTWAIT, NULL);
}

static inline int collecting_send(int socket, struct collecting_message *messages, unsigned int count) {
    return (int)syscall(SYS_sendmmsg, socket, messages, count, 0);
}

static inline struct collecting_ancillary collecting_ancillary_of(struct msghdr *header) {
    struct collecting_ancillary found = {0, 0, 0};
    for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item; item = CMSG_NXTHDR(header, item)) {
        if (item->cmsg_level != SOL_SOCKET) continue;
        if (item->cmsg_type == COLLECTING_SO_TIMESTAMPNS && item->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(item), sizeof time);
            found.time = (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
        } else if (item->cmsg_type == COLLECTING_SO_RXQ_OVFL && item->cmsg_len >= CMSG_LEN(sizeof(uint32_t))) {
            memcpy(&found.dropped, CMSG_DATA(item), sizeof found.dropped);
            found.has_dropped = 1;
        }
    }
    return found;
}

// Binds a packet socket to an interface for sending: protocol 0 receives nothing.
static inline int collecting_bind_packet(int socket, int interface) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = interface};
    return bind(socket, (struct sockaddr *)&address, sizeof address);
}

// Gives the calling thread a network namespace of its own.
static inline int collecting_unshare_network(void) { return (int)syscall(SYS_unshare, 0x40000000); }

// Moves the calling thread to a network namespace.
static inline int collecting_enter_network(int descriptor) { return (int)syscall(SYS_setns, descriptor, 0x40000000); }
