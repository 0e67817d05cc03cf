/// Which way a packet went: bits 0 and 1 of epb_flags.
public enum CaptureDirection: UInt32, Hashable, Sendable {
    case inbound = 1
    case outbound = 2
}
