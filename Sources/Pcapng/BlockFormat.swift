/// Numbers of the pcapng format (draft-ietf-opsawg-pcapng).
enum BlockType {
    static let interfaceDescription: UInt32 = 1
    /// The packet block before the enhanced one; obsolete, but old files have it.
    static let packet: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let interfaceStatistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
    static let sectionHeader: UInt32 = 0x0a0d_0d0a
}

enum BlockOption {
    static let end: UInt16 = 0
    static let comment: UInt16 = 1

    static let hardware: UInt16 = 2
    static let operatingSystem: UInt16 = 3
    static let application: UInt16 = 4

    static let interfaceName: UInt16 = 2
    static let interfaceDescription: UInt16 = 3
    static let timeResolution: UInt16 = 9
    static let timeOffset: UInt16 = 14

    static let packetFlags: UInt16 = 2

    static let startTime: UInt16 = 2
    static let endTime: UInt16 = 3
    static let received: UInt16 = 4
    static let dropped: UInt16 = 5
    static let accepted: UInt16 = 6
}

enum SectionMagic {
    static let byteOrder: UInt32 = 0x1a2b_3c4d
    static let swapped: UInt32 = 0x4d3c_2b1a
}
