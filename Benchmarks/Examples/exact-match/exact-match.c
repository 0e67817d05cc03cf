// A filter to measure beside ours, as an example: IPv4 5-tuples in a hash map. docs/benchmarks/README.md tells how.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

// In network byte order.
struct tuple {
    __u32 source, destination;
    __u16 source_port, destination_port;
    __u8 protocol, zero[3];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 131072);
    __type(key, struct tuple);
    __type(value, __u64);
} tuples SEC(".maps");

SEC("tc")
int classify(struct __sk_buff *skb) {
    void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    struct ethhdr *ethernet = data;
    struct iphdr *ip = (void *)(ethernet + 1);
    __u16 *ports = (void *)(ip + 1);
    if ((void *)(ports + 2) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5) {
        return TC_ACT_UNSPEC;
    }
    struct tuple tuple = {ip->saddr, ip->daddr, ports[0], ports[1], ip->protocol, {0}};
    __u64 *packets = bpf_map_lookup_elem(&tuples, &tuple);
    if (packets) {
        __sync_fetch_and_add(packets, 1);
    }
    return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
