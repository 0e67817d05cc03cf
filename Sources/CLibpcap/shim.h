#pragma once
// libpcap's classic instructions and programs have the names of the kernel's extended instructions and of libbpf's
// programs; under names of their own both can be loaded into one compilation.
#define bpf_insn classic_bpf_insn
#define bpf_program classic_bpf_program
#include <pcap/pcap.h>
#undef bpf_insn
#undef bpf_program
