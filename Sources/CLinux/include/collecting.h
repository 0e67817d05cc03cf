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
    COLLECTING_SO_TIMESTAMPNS = 35,
    COLLECTING_SO_RCVBUFFORCE = 33,
    COLLECTING_UDP_NO_CHECK6_RX = 102,
    // Index of the drop counter in what SO_MEMINFO gives (linux/sock_diag.h, SK_MEMINFO_DROPS).
    COLLECTING_MEMINFO_DROPS = 8,
    COLLECTING_MEMINFO_VARS = 9,
    // Room for one timestamp with its header.
    COLLECTING_CONTROL_SIZE = 32,
};

// struct mmsghdr.
struct collecting_message {
    struct msghdr header;
    unsigned int length;
};

static inline int collecting_receive(int socket, struct collecting_message *messages, unsigned int count) {
    return (int)syscall(SYS_recvmmsg, socket, messages, count, MSG_DONTWAIT, NULL);
}

static inline int collecting_send(int socket, struct collecting_message *messages, unsigned int count) {
    return (int)syscall(SYS_sendmmsg, socket, messages, count, 0);
}

// When a datagram came (SO_TIMESTAMPNS): nanoseconds since 1970, 0 when there is no time with it.
static inline uint64_t collecting_arrival(struct msghdr *header) {
    for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item; item = CMSG_NXTHDR(header, item)) {
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != COLLECTING_SO_TIMESTAMPNS) continue;
        if (item->cmsg_len < CMSG_LEN(sizeof(struct timespec))) continue;
        struct timespec time;
        memcpy(&time, CMSG_DATA(item), sizeof time);
        return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
    }
    return 0;
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
