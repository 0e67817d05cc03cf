/// Expressions that between them use the whole of the language that libpcap compiles for Ethernet.
public enum Corpus {
    /// Those that the bytes and the length of a frame answer.
    public static let ofFrames: [String] =
        hosts + ports + protocols + tags + links + lengths + bytes + arithmetic + combinations + chains

    public static let hosts = [
        "", "host 10.0.0.1", "src host 10.0.0.1", "dst host 10.0.0.2", "src or dst host 192.168.1.7",
        "src and dst host 10.0.0.1", "ip host 192.168.1.7", "arp host 10.0.0.1", "rarp host 10.0.0.2",
        "net 10.0.0.0/8", "src net 192.168.0.0/16", "dst net 10", "net 192.168.1", "net 10.0.0.0 mask 255.255.255.0",
        "net 0.0.0.0/0", "host 2001:db8::1", "src host 2001:db8::2", "dst host fe80::1", "net 2001:db8::/32",
        "dst net fe80::/10", "src net 2001:db8::/127", "net ::/0", "ip6 host 2001:db8::1", "not host 10.0.0.1",
        "host 10.0.0.1 and not host 10.0.0.2", "host 10.0.0.1 or host 2001:db8::1",
        "net 10.0.0.0/9 and not net 10.0.0.0/24",
    ]
    public static let ports = [
        "port 80", "src port 53", "dst port 443", "tcp port 443", "udp port 53", "sctp port 80", "tcp dst port 22",
        "udp src port 4789", "portrange 1-1023", "src portrange 1024-65535", "tcp portrange 80-443",
        "udp dst portrange 50-60", "not port 22", "port 80 or port 443", "tcp port 80 and host 10.0.0.1",
        "ip and tcp port 80", "ip6 and tcp port 80", "port domain", "tcp port http", "src port 80 and dst port 443",
        "src or dst port 80", "src and dst port 53", "port 80 and not src net 10.0.0.0/8", "portrange 53-53",
        "port 0", "port 65535",
    ]
    public static let protocols = [
        "ip", "ip6", "arp", "rarp", "tcp", "udp", "icmp", "icmp6", "igmp", "igrp", "pim", "sctp", "vrrp", "carp", "ah",
        "esp", "proto 47", "ip proto 1", "ip proto \\tcp", "ip6 proto 58", "ip6 proto \\udp", "proto \\icmp",
        "ip proto 41", "ip multicast", "ip6 multicast", "not ip and not ip6", "ip or arp", "ip proto 255",
        "ip6 proto 44", "igmp or pim", "atalk", "aarp", "decnet", "lat", "moprc", "mopdl", "sca", "ipx", "netbeui",
        "stp", "iso", "clnp", "esis", "isis", "es-is", "iso proto 130", "isis proto 18", "l1", "l2", "iih", "lsp",
        "snp",
        "csnp", "psnp", "decnet host 1.2", "decnet src 10.3",
    ]
    public static let tags = [
        "vlan", "vlan 5", "vlan 100", "vlan and vlan", "vlan 5 and vlan 100", "vlan and vlan and vlan", "not vlan",
        "vlan and ip", "vlan and tcp port 80", "vlan 5 and host 10.0.0.1", "vlan and vlan and udp port 53",
        "vlan and ip6", "vlan and arp", "ip or (vlan and ip)", "tcp port 80 or (vlan and tcp port 80)",
        "vlan and not tcp", "vlan 0", "vlan 4095", "ether[14:2] & 0xfff = 5", "ether[12:4] = 0x81000005",
        "ether[10:4] != 0", "ether[13:2] = 0x0000", "ether[13:4] & 0xff = 8", "ether[14:4] = 0x00050800",
        "ether[15:2] > 0x0500", "ether[9:4] & 0xff = 0x81", "ether[11:2] & 0xff = 0x88", "ether[15] = 100",
        "mpls", "mpls 16", "mpls and mpls 17", "mpls and ip", "mpls 16 and host 10.0.0.1", "mpls and mpls and ip",
        "mpls and tcp port 80", "vlan and mpls", "pppoed", "pppoes", "pppoes 7", "pppoes and ip", "pppoes and ip6",
        "pppoes 7 and tcp port 80", "vlan and pppoes", "geneve", "geneve 9", "geneve and ip",
        "geneve and host 10.0.0.1",
        "geneve 9 and tcp port 80", "vlan and geneve", "geneve and vlan 5",
    ]
    public static let links = [
        "ether host 02:00:00:00:00:01", "ether src 02:00:00:00:00:01", "ether dst 02:00:00:00:00:02",
        "ether src or dst 02:00:00:00:00:02", "ether broadcast", "broadcast", "ether multicast", "multicast",
        "ether proto 0x0800", "ether proto \\arp", "ether proto 0x88cc", "ether proto 1500", "ether proto 0x42",
        "ether proto \\ip6", "not ether multicast", "llc", "llc i", "llc s", "llc u", "llc rr", "llc rnr", "llc rej",
        "llc ui", "llc ua", "llc disc", "llc sabme", "llc test", "llc xid", "llc frmr", "link[6] = 2",
        "ether[0] & 1 = 0", "ether[6:4] = 0x02000000", "ether[12:2] <= 1500", "ether[12:2] > 0x600",
        "ether[20:4] = ether[24:4]",
    ]
    public static let lengths = [
        "less 60", "greater 100", "len = 64", "len >= 128 and ip", "len < 20", "len - 14 = ip[2:2]", "len & 1 = 1",
        "len > ip[2:2] + 14", "greater 0", "less 1518", "len * 2 > 200", "len % 4 = 2",
    ]
    public static let bytes = [
        "ip[0] & 0xf != 5", "ip[0] & 0xf0 = 0x40", "ip[6:2] & 0x1fff != 0", "ip[6] & 0x20 != 0", "ip[8] < 5",
        "ip[9] = 17", "ip[2:2] > 100", "ip[12:4] = 0x0a000001", "ip[20] = 0", "ip[100] = 3", "ip[40:4] != 0",
        "ip[1] & 0xfc >> 2 = 46", "tcp[13] = 2", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[tcpflags] = tcp-ack",
        "tcp[tcpflags] & tcp-push != 0", "tcp[tcpflags] & (tcp-rst|tcp-urg|tcp-ece|tcp-cwr) = 0", "tcp[0:2] = 80",
        "tcp[4:4] > 0x80000000", "tcp[12] & 0xf0 > 0x50", "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
        "tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)", "udp[4:2] > 40", "udp[8:4] = 0",
        "udp[2:2] = 53 and udp[10] & 0x80 = 0", "icmp[icmptype] = icmp-echo", "icmp[icmptype] = icmp-unreach",
        "icmp[icmpcode] = 3", "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply",
        "icmp6[icmp6type] = icmp6-echo", "icmp6[icmp6type] = icmp6-neighborsolicit", "icmp6[0] > 127", "ip6[6] = 6",
        "ip6[40] = 0", "ip6[0] & 0xf0 = 0x60", "ip6[4:2] > 20", "ip6[8:4] = 0x20010db8", "arp[6:2] = 1",
        "arp[14:4] = 0x0a000001", "arp[0:2] = 1 and arp[7] = 2", "rarp[6:2] = 3", "igmp[0] = 0x16", "sctp[0:2] = 80",
        "pim[0] & 0xf0 = 0x20", "carp[0] & 0xf0 = 0x20", "vrrp[0] = 0x21", "ether[0:4] = ether[6:4]", "ether[60] = 0",
        "ether[1513] = 0", "ether[2000] != 1", "ether[70000] = 0", "ether[0x7ffd:4] = 0", "ether[0x7ffffffe:4] = 0",
        "ether[-1] = 0", "ether[-14:2] = 0", "tcp[20:4] != 0", "ip[ip[0] & 0xf] = 10",
    ]
    public static let arithmetic = [
        "ip[0] + ip[1] = 69", "ip[8] - 1 = 63", "ip[8] * 2 = 128", "ip[8] / 2 = 32", "ip[8] % 7 = 1",
        "ip[8] & 0x3f = 0", "ip[8] | 1 = 65", "ip[8] ^ 0xff = 191", "ip[8] << 2 = 256", "ip[8] >> 3 = 8",
        "-ip[8] = -64", "1 << ip[8] = 1", "1 << ip[9] = 64", "0xffffffff >> ip[9] = 0x7fff", "ip[2:2] / ip[1] = 3",
        "ip[2:2] % ip[1] = 3", "ip[2:2] / ip[9] > 6", "ip[2:2] % ip[9] = 0", "ip[12:4] * 3 = 0x1e000003",
        "ip[12:4] + ip[16:4] > 0x14000000", "ip[12:4] - ip[16:4] = 0xffffffff", "ip[8] > ip[9]", "ip[8] >= ip[9]",
        "ip[8] < ip[9]", "ip[8] <= ip[9]", "ip[8] != ip[9]", "ip[12:4] > 0x80000000", "ip[12:4] >= 0xc0a80107",
        "ip[12:4] & 0x80000000 != 0", "ip[12:4] < 0xfffffff0", "ether[0:4] << ether[14] != 0",
        "ether[0:4] >> ether[15] = 2", "ether[ether[14]:4] != 0", "ether[ether[14] & 0xf] = 2",
        "ether[ether[14] & 0xf:2] = 0x0800", "ether[ether[14] & 0xf:4] & 0xff = 0", "ether[ether[15]] = 0x40",
        "ether[2 + ether[14] - 0x45:4] != 0", "ether[ether[0:4]:2] = 0", "ether[ether[26:4]] = 0",
        "ether[0xfffffff0 + ether[14]] = 0", "ether[12 + ether[15]:4] > 0x81000000", "ether[8 + ether[15]:4] != 1",
        "ether[len - 1] = 0", "ether[len - 4:4] = 0", "ether[len] = 0", "ether[len - 2:4] = 0",
        "ip[0] * ip[1] + ip[2] - ip[3] & ip[4] | ip[5] ^ ip[6] > 3", "(ip[0] + 1) * (ip[8] - 1) / (ip[9] | 1) > 100",
        "tcp[13] << ip[0] = 0", "tcp[13] << (ip[0] & 7) = 64", "5 = 5", "2 > 1 and ip",
    ]
    public static let combinations = [
        "tcp and port 80 and host 10.0.0.1", "(tcp or udp) and (port 53 or port 80)", "not (tcp or udp)",
        "ip and not (src net 10.0.0.0/8 and dst net 10.0.0.0/8)",
        "tcp port 80 and (host 10.0.0.1 or host 10.0.0.2 or host 192.168.1.7)",
        "ether src 02:00:00:00:00:01 and ip and udp", "icmp or icmp6", "arp or rarp or (icmp and host 10.0.0.2)",
        "not broadcast and not multicast", "ip proto 6 and ip[6:2] & 0x1fff = 0",
        "udp and (dst port 67 or dst port 68) or arp", "tcp[tcpflags] & tcp-syn != 0 and not dst net 192.168.0.0/16",
        "host 10.0.0.1 and (tcp port 80 or udp port 53) and not ip[8] < 2",
        "gre or esp or ah".replacing("gre", with: "proto 47"), "tcp or vlan", "!tcp && udp || icmp",
        "ip and (vlan 5 or udp)",
    ]
    /// Those with a loop.
    public static let chains = [
        "ip6 protochain 6", "ip protochain 6", "ip6 protochain 17", "ip6 protochain 58", "protochain 6",
        "ip6 protochain 59", "ip6 protochain \\udp and host 2001:db8::1", "ip6 protochain 6 or ip6 protochain 17",
        "vlan and ip6 protochain 6", "not ip6 protochain 6", "ip6 protochain 51",
    ]

    /// Those that ask about more than the frame.
    public static let ofMetadata = [
        "inbound", "outbound", "not inbound", "inbound and tcp port 80", "outbound and (ip6 or vlan)",
        "tcp or outbound", "ifindex 1", "ifindex 1 and udp", "not ifindex 1", "ifindex 77 or arp",
    ]

    /// Those that libpcap refuses for Ethernet, and what it says.
    public static let refused: [(expression: String, message: String)] = [
        ("port 80 or port", "can't parse filter expression: syntax error"),
        ("1 = 2", "expression rejects all packets"),
        ("ip broadcast", "netmask not known, so 'ip broadcast' not supported"),
        ("ip host 2001:db8::1", "'ip' modifier applied to ip6 host"),
        ("ip[0] / 0 = 1", "division by zero"),
        ("ip[0] << 40 = 0", "shift by more than 31 bits"),
        ("type mgt", "802.11 link-layer types supported only on 802.11"),
        ("wlan addr1 1:2:3:4:5:6", "'addr1' and 'address1' are only supported on 802.11 with 802.11 headers"),
        ("radio[0] = 1", "radio information not present in capture"),
        ("ifname lo", "ifname supported only on PF linktype"),
        ("rnr 1", "rnr supported only on PF linktype"),
        ("lane", "'lane' supported only on raw ATM"),
        ("vpi 3", "'vpi' supported only on raw ATM"),
        ("ether host 10.0.0.1", "illegal link layer address"),
    ]
}
