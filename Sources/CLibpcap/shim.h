#pragma once
// <linux/bpf.h> has another structure of this name, and a program that uses both libraries, in whatever modules, sees
// both. A structure's name is not in the library: here libpcap's is called otherwise.
#define bpf_insn pcap_bpf_insn
#include <pcap/pcap.h>
#undef bpf_insn
