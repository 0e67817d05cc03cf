// What tests need of Linux and Swift's Glibc module leaves out: packet sockets (packet(7)) with their control messages,
// and threads bound to a processor.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// A raw packet socket bound to an interface of the calling thread's namespace, or -errno. A `listening` one receives
// all frames with their VLAN tags as control messages, into a buffer of `buffer` bytes; another one only sends.
static inline int test_packet_socket(const char *interface, int listening, int buffer) {
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int one = 1;
    struct sockaddr_ll address;
    memset(&address, 0, sizeof address);
    address.sll_family = AF_PACKET;
    address.sll_protocol = listening ? htons(ETH_P_ALL) : 0;
    address.sll_ifindex = (int)if_nametoindex(interface);
    if (address.sll_ifindex == 0
        || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer) < 0
        || setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof one) < 0
        || (listening && setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0)
        || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

struct test_frame {
    // Bytes in the buffer.
    int length;
    // Bytes the frame had, larger if the buffer was too small.
    int original_length;
    // The tag that the kernel took out of the bytes, in host byte order; protocol 0: none.
    unsigned short vlan_protocol, vlan_tag;
    // PACKET_HOST and others of linux/if_packet.h.
    unsigned char kind;
    // Whether the sender left the transport checksum to the network card.
    unsigned char checksum_not_ready;
    // When the kernel saw it: nanoseconds since 1970.
    unsigned long long time;
};

// The next frame of a packet socket: 1, 0 when none is waiting, or -errno.
static inline int test_packet_receive(int fd, void *buffer, int size, struct test_frame *frame) {
    union {
        char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata)) + CMSG_SPACE(sizeof(struct timespec))];
        struct cmsghdr align;
    } control;
    struct sockaddr_ll address;
    struct iovec vector = {.iov_base = buffer, .iov_len = (size_t)size};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &vector,
        .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    memset(frame, 0, sizeof *frame);
    frame->original_length = (int)count;
    frame->length = (int)(count < size ? count : size);
    frame->kind = address.sll_pkttype;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(part), sizeof time);
            frame->time = (unsigned long long)time.tv_sec * 1000000000 + (unsigned long long)time.tv_nsec;
        }
        if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA) continue;
        struct tpacket_auxdata data;
        memcpy(&data, CMSG_DATA(part), sizeof data);
        frame->checksum_not_ready = (data.tp_status & TP_STATUS_CSUMNOTREADY) != 0;
        if (data.tp_status & TP_STATUS_VLAN_VALID) {
            frame->vlan_protocol = data.tp_status & TP_STATUS_VLAN_TPID_VALID ? data.tp_vlan_tpid : ETH_P_8021Q;
            frame->vlan_tag = data.tp_vlan_tci;
        }
    }
    return 1;
}

// Frames that a packet socket had no room for since the last call, or -errno.
static inline int test_packet_drops(int fd) {
    struct tpacket_stats statistics;
    socklen_t size = sizeof statistics;
    if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) < 0) return -errno;
    return (int)statistics.tp_drops;
}

// Keeps the calling thread on one processor: what it sends stays in order on virtual links. 0 or -errno.
static inline int test_pin_to_processor(int processor) {
    unsigned long mask[16] = {0};
    mask[(unsigned)processor / (8 * sizeof(long)) % 16] = 1ul << ((unsigned)processor % (8 * sizeof(long)));
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0 ? -errno : 0;
}

// Has a UDP socket cut what is written into datagrams of `size` bytes (UDP_SEGMENT, linux/udp.h). 0 or -errno.
static inline int test_udp_segment(int fd, int size) {
    return setsockopt(fd, IPPROTO_UDP, 103, &size, sizeof size) < 0 ? -errno : 0;
}

// Lets the calling thread run on every processor again. 0 or -errno.
static inline int test_unpin(void) {
    unsigned long mask[16];
    memset(mask, 0xff, sizeof mask);
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0 ? -errno : 0;
}
