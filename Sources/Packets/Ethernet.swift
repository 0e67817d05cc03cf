/// Numbers of IEEE 802.3 and 802.1Q frames.
public enum Ethernet {
    /// Bytes of destination, source and EtherType.
    public static let headerLength = 14
    /// Bytes that one VLAN tag adds.
    public static let tagLength = 4

    public static let ipv4: UInt16 = 0x0800
    public static let arp: UInt16 = 0x0806
    public static let transparentBridging: UInt16 = 0x6558
    public static let vlan: UInt16 = 0x8100
    public static let ipv6: UInt16 = 0x86dd
    public static let serviceVLAN: UInt16 = 0x88a8
    /// The tag protocol of stacked tags before 802.1ad had its own.
    public static let stackedVLAN: UInt16 = 0x9100

    /// Whether an EtherType announces a VLAN tag.
    static func isTag(_ etherType: UInt16) -> Bool {
        etherType == vlan || etherType == serviceVLAN || etherType == stackedVLAN
    }
}
