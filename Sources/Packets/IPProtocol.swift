/// Protocol numbers (IANA "Assigned Internet Protocol Numbers").
public enum IPProtocol {
    public static let hopByHop: UInt8 = 0
    public static let icmp: UInt8 = 1
    public static let ipv4: UInt8 = 4
    public static let tcp: UInt8 = 6
    public static let udp: UInt8 = 17
    public static let dccp: UInt8 = 33
    public static let ipv6: UInt8 = 41
    public static let routing: UInt8 = 43
    public static let fragment: UInt8 = 44
    public static let authentication: UInt8 = 51
    public static let icmpv6: UInt8 = 58
    public static let noNextHeader: UInt8 = 59
    public static let destinationOptions: UInt8 = 60
    public static let sctp: UInt8 = 132
    public static let mobility: UInt8 = 135
    public static let udpLite: UInt8 = 136
    public static let hip: UInt8 = 139
    public static let shim6: UInt8 = 140
    public static let ethernet: UInt8 = 143

    /// Whether the header begins with source and destination port, 16 bits each.
    public static func hasPorts(_ number: UInt8) -> Bool {
        switch number {
        case tcp, udp, dccp, sctp, udpLite: true
        default: false
        }
    }

    /// Whether it is an IPv6 extension header that another header follows (IANA "IPv6 Extension Header Types").
    static func isExtension(_ number: UInt8) -> Bool {
        switch number {
        case hopByHop, routing, fragment, authentication, destinationOptions, mobility, hip, shim6: true
        default: false
        }
    }
}
