internal import Packets
internal import Rules

/// A packet that is to be explained, and how it came to be.
struct ExplainedPacket {
    /// The frame from its Ethernet header on, as much of it as there is.
    var frame: [UInt8]
    /// Bytes that the frame had on the wire.
    var length: Int
    var direction: Direction
    /// What the user did not say and might have: words for a note.
    var assumptions: [String] = []
}
