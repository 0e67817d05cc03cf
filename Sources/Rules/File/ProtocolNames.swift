/// Names of IP protocols in rule files.
///
/// Keywords of the IANA "Assigned Internet Protocol Numbers" in lower case, and the spellings of `/etc/protocols`,
/// tcpdump and tc beside them. The list is built in so that a file means the same on every host.
enum ProtocolNames {
    private static let numbers: [String: UInt8] = [
        "icmp": 1, "igmp": 2, "ggp": 3, "ipip": 4, "ipencap": 4, "ipv4": 4, "st": 5, "tcp": 6, "egp": 8, "igp": 9,
        "udp": 17, "hmp": 20, "xns-idp": 22, "rdp": 27, "dccp": 33, "ipv6": 41, "sipp": 41, "idrp": 45, "rsvp": 46,
        "gre": 47, "dsr": 48, "esp": 50, "ah": 51, "narp": 54, "icmp6": 58, "icmpv6": 58, "ipv6-icmp": 58,
        "ipv6-nonxt": 59, "eigrp": 88, "ospf": 89, "ospfigp": 89, "mtp": 92, "etherip": 97, "encap": 98, "pim": 103,
        "ipcomp": 108, "vrrp": 112, "carp": 112, "pgm": 113, "l2tp": 115, "isis": 124, "sctp": 132, "fc": 133,
        "mobility": 135, "udplite": 136, "mpls-in-ip": 137, "manet": 138, "hip": 139, "shim6": 140, "wesp": 141,
        "rohc": 142, "ethernet": 143,
    ]

    /// Every name.
    static let all = numbers.keys.sorted()

    /// Of several names of one number the one to show.
    private static let preferred: [UInt8: String] = [4: "ipip", 41: "ipv6", 58: "icmp6", 89: "ospf", 112: "vrrp"]

    private static let names = numbers.reduce(into: [UInt8: String]()) { names, entry in
        names[entry.value] = preferred[entry.value] ?? entry.key
    }

    /// The name of a protocol, if it has one.
    static func name(_ number: UInt8) -> String? { names[number] }

    /// The number of a protocol of this name, in lower or upper case.
    static func number(_ name: String) -> UInt8? {
        numbers[name.lowercased()]
    }
}
