// bpf(2) where the C library, and the kernel headers or libbpf of the distribution, have no name for it.
// Not linux/bpf.h: its structures come to Swift by CLibbpf, and must not come by two modules.
#pragma once
#include <errno.h>
#include <linux/types.h>
#include <sys/syscall.h>
#include <unistd.h>

// Commands of bpf(2).
enum { LINUX_BPF_PROG_QUERY = 16, LINUX_BPF_LINK_CREATE = 28 };

// Link and attach types, and flags, of tcx (Linux 6.6, include/uapi/linux/bpf.h).
enum {
    TCX_ATTACH_INGRESS = 46,
    TCX_ATTACH_EGRESS = 47,
    TCX_LINK_TYPE = 11,
    TCX_BEFORE = 1 << 3,
    TCX_AFTER = 1 << 4,
};

// The part of `union bpf_attr` that BPF_LINK_CREATE uses for tcx.
struct tcx_link_create_attr {
    __u32 program_fd;
    __u32 interface_index;
    __u32 attach_type;
    __u32 flags;
    // A program or link (fd) the new link goes before or after; 0: the end of the list.
    __u32 relative_fd;
    __u32 reserved;
    __u64 expected_revision;
};

// The part of `union bpf_attr` that BPF_PROG_QUERY uses for tcx.
struct tcx_query_attr {
    __u32 interface_index;
    __u32 attach_type;
    __u32 query_flags;
    __u32 attach_flags;
    __u64 program_ids;
    __u32 count;
    __u32 reserved;
    __u64 program_attach_flags;
    __u64 link_ids;
    __u64 link_attach_flags;
    __u64 revision;
};

// `struct bpf_link_info` as far as tcx fills it in.
struct tcx_link_info {
    __u32 type;
    __u32 id;
    __u32 program_id;
    __u32 reserved;
    __u32 interface_index;
    __u32 attach_type;
    // Room for what other link types report.
    __u64 rest[16];
};

// bpf(2): a descriptor or 0, else -errno.
static inline int linux_bpf(int command, void *attr, unsigned int size) {
    long result = syscall(SYS_bpf, command, attr, size);
    return result < 0 ? -errno : (int)result;
}
