/// A packet of a capture file.
public struct CapturedPacket: Hashable, Sendable {
    /// The interface, as an index of the reader's `interfaces`.
    public var interface: Int
    /// Nanoseconds since 1970; nil when the file does not say (Simple Packet Blocks).
    public var time: UInt64?
    /// Bytes of the packet on the wire.
    public var originalLength: UInt32
    public var direction: CaptureDirection?
    public var comments: [String] = []
    /// The bytes that were captured.
    public var bytes: [UInt8]
}
