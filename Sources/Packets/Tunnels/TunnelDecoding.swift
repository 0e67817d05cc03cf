/// What a tunnel header's bytes turned out to be.
public enum TunnelDecoding<Header: Hashable & Sendable>: Hashable, Sendable {
    /// A header of `length` bytes, options and extensions included; what it carries follows.
    case header(Header, length: Int)
    case malformed(TunnelMalformation)
}
