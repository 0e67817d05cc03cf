// What the generators of traffic need of Linux and Swift's Glibc module leaves out: threads bound to a processor, batched
// sending, cutting in the kernel, and rings of packet sockets (packet(7)).
#pragma once
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// struct mmsghdr.
struct traffic_message {
    struct msghdr header;
    unsigned int length;
};

// Sends messages with one system call. How many were sent, or -errno.
static inline int traffic_send(int socket, struct traffic_message *messages, unsigned int count) {
    long sent = syscall(SYS_sendmmsg, socket, messages, count, 0);
    return sent < 0 ? -errno : (int)sent;
}

// Keeps the calling thread on one processor and has it run before others. 0 or -errno.
static inline int traffic_take_processor(int processor) {
    unsigned long mask[16] = {0};
    mask[(unsigned)processor / (8 * sizeof(long)) % 16] = 1ul << ((unsigned)processor % (8 * sizeof(long)));
    if (syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0) return -errno;
    return setpriority(PRIO_PROCESS, 0, -20) < 0 ? -errno : 0;
}

// Has a UDP socket cut what is written into datagrams of `size` bytes (UDP_SEGMENT, linux/udp.h). 0 or -errno.
static inline int traffic_udp_segment(int socket, int size) {
    return setsockopt(socket, IPPROTO_UDP, 103, &size, sizeof size) < 0 ? -errno : 0;
}

// A ring of received frames that a packet socket shares with its reader (TPACKET_V2).
struct traffic_ring {
    int socket;
    unsigned char *memory;
    unsigned int frame_size, frame_count, next;
};

// Opens a ring for all frames of an interface of the calling thread's namespace. 0 or -errno.
static inline int traffic_ring_open(struct traffic_ring *ring, const char *interface, unsigned int frame_count) {
    int version = TPACKET_V2;
    ring->frame_size = 2048;
    ring->frame_count = frame_count;
    ring->next = 0;
    struct tpacket_req request = {.tp_block_size = 1 << 16, .tp_frame_size = ring->frame_size,
        .tp_block_nr = frame_count / ((1 << 16) / ring->frame_size), .tp_frame_nr = frame_count};
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(interface)};
    ring->socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (ring->socket < 0) return -errno;
    if (setsockopt(ring->socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) == 0
        && setsockopt(ring->socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) == 0
        && (ring->memory = mmap(NULL, (size_t)frame_count * ring->frame_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                ring->socket, 0)) != MAP_FAILED
        && bind(ring->socket, (struct sockaddr *)&address, sizeof address) == 0)
        return 0;
    int error = errno;
    close(ring->socket);
    return -error;
}

static inline void traffic_ring_close(struct traffic_ring *ring) {
    munmap(ring->memory, (size_t)ring->frame_count * ring->frame_size);
    close(ring->socket);
}

// The frame `ahead` of the next one: its bytes and their count, or NULL when it has not come yet.
static inline void *traffic_ring_frame(const struct traffic_ring *ring, unsigned int ahead, unsigned int *length) {
    unsigned char *slot = ring->memory + (size_t)((ring->next + ahead) % ring->frame_count) * ring->frame_size;
    struct tpacket2_hdr *header = (struct tpacket2_hdr *)slot;
    if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) return NULL;
    *length = header->tp_snaplen;
    return slot + header->tp_mac;
}

// Gives the next `count` frames back to the kernel.
static inline void traffic_ring_release(struct traffic_ring *ring, unsigned int count) {
    while (count-- > 0) {
        struct tpacket2_hdr *header = (struct tpacket2_hdr *)(ring->memory + (size_t)ring->next * ring->frame_size);
        __atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        ring->next = (ring->next + 1) % ring->frame_count;
    }
}
