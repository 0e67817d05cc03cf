internal import Packets
internal import Pcapng

/// What a capture says of a packet beside its bytes, from the metadata of the copy.
struct CopyDescription {
    /// Bytes of the packet that was mirrored, in the form in which it is captured.
    var originalLength: UInt32
    var direction: CaptureDirection?

    /// - Parameters:
    ///   - packet: What is captured.
    ///   - copy: Its metadata; nil when it has none.
    init(_ packet: RawSpan, link: Decapsulation.Link, copy: CopyMetadata?) {
        let captured = UInt32(truncatingIfNeeded: packet.byteCount)
        originalLength = captured
        guard let copy else { return }
        direction = copy.flags.contains(.egress) ? .outbound : .inbound
        switch link {
        case .ethernet: originalLength = copy.originalLength
        case .ip:
            // How many VLAN tags the frame had, and whether it was padded, is not known: the packet's own length is
            // better, as long as it was not rewritten.
            let isRewritten = copy.flags.contains(.lengthsRewritten)
            let length = isRewritten ? nil : Self.length(of: packet)
            originalLength = length ?? copy.originalLength - min(copy.originalLength, UInt32(Ethernet.headerLength))
        }
        originalLength = max(originalLength, captured)
    }

    /// What an IP header says of the packet's length; nil when it does not say, as in jumbograms, or is not all there.
    private static func length(of packet: RawSpan) -> UInt32? {
        guard packet.byteCount >= 6 else { return nil }
        if packet.uint8(at: 0) >> 4 == 4 {
            let length = packet.uint16(at: 2)
            return length == 0 ? nil : UInt32(length)
        }
        let length = packet.uint16(at: 4)
        return length == 0 ? nil : UInt32(length) + 40
    }
}

/// The comments on packets, of which there are only as many as rules and rates: made once each.
struct CopyComments {
    private var made: [Key: String] = [:]
    private var last: (key: Key, text: String)?
    private static let limit = 4096

    private struct Key: Hashable {
        var rule: UInt32
        var rate: UInt32
        var isByFlow: Bool
        var isDuplicate: Bool
    }

    /// `rule 3`, and what is not as usual about the copy.
    mutating func text(_ copy: CopyMetadata, isDuplicate: Bool) -> String {
        let key = Key(
            rule: copy.rule, rate: copy.samplingRate, isByFlow: copy.flags.contains(.sampledByFlow),
            isDuplicate: isDuplicate)
        if let last, last.key == key { return last.text }
        if let text = made[key] {
            last = (key, text)
            return text
        }
        var text = "rule \(copy.rule)"
        if copy.samplingRate > 1 { text += ", one of \(copy.samplingRate) \(key.isByFlow ? "flows" : "packets")" }
        if isDuplicate { text += ", duplicate" }
        if made.count < Self.limit { made[key] = text }
        last = (key, text)
        return text
    }
}
