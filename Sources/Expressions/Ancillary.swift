/// Facts beside the frame that a classic program reads at offsets no frame has (`SKF_AD_OFF`, `<linux/filter.h>`).
enum Ancillary: UInt32 {
    /// SKF_AD_PKTTYPE: how the frame relates to this host; `inbound` and `outbound` compare it with PACKET_OUTGOING.
    case packetType = 0xffff_f004
    /// SKF_AD_IFINDEX: the interface, of `ifindex`.
    case interface = 0xffff_f008

    /// Where Linux has such facts: SKF_AD_OFF up to SKF_AD_OFF + SKF_AD_MAX.
    static let range: Range<UInt32> = 0xffff_f000..<0xffff_f040

    /// PACKET_OUTGOING, `<linux/if_packet.h>`.
    static let outgoing: Int32 = 4
}
