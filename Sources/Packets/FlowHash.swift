// Plain wrapping integer operations only: the kernel programs compile this same file.

/// A hash of a flow that is the same in both directions, for the source port of tunnel packets.
///
/// Receivers spread load by the outer ports, so both directions of a conversation, and all fragments of a
/// datagram, must get the same one and different conversations should get different ones.
///
/// The four words that the hash takes do not change when source and destination are exchanged:
/// ```
/// x = a ^ b                                    a, b: the addresses, folded to 32 bits by exclusive or of
/// s = a + b                                          their 32-bit words (IPv4: as they are; not IP: 0)
/// p = ((sourcePort ^ destinationPort) << 16) ^ (sourcePort + destinationPort)
/// n = protocol number
/// ```
/// (`p` loses nothing: bit 0 of the exclusive or equals bit 0 of the sum.) Ports are 0 for packets without
/// ports and, like the protocol, for every fragment: of a later IPv6 fragment neither is known. Then, with
/// wrapping 32-bit operations:
/// ```
/// h = n * 0x9e3779b1
/// h = (h ^ x) * 0x85ebca6b;  h = h ^ (h >> 15)
/// h = (h ^ s) * 0xc2b2ae35;  h = h ^ (h >> 13)
/// h = (h ^ p) * 0x27d4eb2f;  h = h ^ (h >> 15)
/// h = h * 0x85ebca6b;        h = h ^ (h >> 16)
/// ```
/// The odd constants are those of MurmurHash3 and xxHash: each step is a bijection of `h`, so one differing word
/// never collides.
enum FlowHash {
    /// The hash of a flow; the arguments are as the type's description has them.
    static func hash(
        foldedSource: UInt32, foldedDestination: UInt32, sourcePort: UInt16, destinationPort: UInt16,
        ipProtocol: UInt8
    ) -> UInt32 {
        let ports =
            UInt32(truncatingIfNeeded: sourcePort ^ destinationPort) << 16
            ^ (UInt32(truncatingIfNeeded: sourcePort) &+ UInt32(truncatingIfNeeded: destinationPort))
        var hash = UInt32(truncatingIfNeeded: ipProtocol) &* 0x9e37_79b1
        hash = (hash ^ foldedSource ^ foldedDestination) &* 0x85eb_ca6b
        hash ^= hash >> 15
        hash = (hash ^ (foldedSource &+ foldedDestination)) &* 0xc2b2_ae35
        hash ^= hash >> 13
        hash = (hash ^ ports) &* 0x27d4_eb2f
        hash ^= hash >> 15
        hash = hash &* 0x85eb_ca6b
        hash ^= hash >> 16
        return hash
    }

    /// A port of the dynamic range 49152...65535 (RFC 7348 section 5) out of a hash.
    static func sourcePort(hash: UInt32) -> UInt16 {
        0xc000 | UInt16(truncatingIfNeeded: hash & 0x3fff)
    }
}
