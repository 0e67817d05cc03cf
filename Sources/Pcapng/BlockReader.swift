/// Reads pcapng blocks.
struct BlockReader {
    var interfaces: [CaptureInterface] = []
    var statistics: [CaptureStatistics] = []
    var comments: [String] = []

    var bytes: CaptureBytes
    private var offset = 0
    /// Where the interfaces of the section begin: each section numbers its own from zero.
    var sectionBase = 0
    var resolutions: [TimeResolution] = []

    init(_ bytes: CaptureBytes) {
        self.bytes = bytes
    }

    mutating func next() throws(PcapngError) -> CapturedPacket? {
        while offset < bytes.count {
            let block: Block
            do {
                block = try readBlock()
                if let packet = try read(block) { return packet }
            } catch {
                // After an error there is no next block.
                offset = bytes.count
                throw error
            }
        }
        return nil
    }

    /// A block's type, and its body without both lengths.
    private struct Block {
        let type: UInt32
        let body: Range<Int>
    }

    private mutating func readBlock() throws(PcapngError) -> Block {
        let start = offset
        guard bytes.count - start >= 12 else {
            throw PcapngError(.truncated, "the file ends inside a block's header", at: start)
        }
        let type = bytes.uint32(at: start)
        // The section header's type reads the same in both byte orders; its body says which it is.
        if type == BlockType.sectionHeader { try readByteOrder(start + 8) }
        let length = Int(bytes.uint32(at: start + 4))
        guard length >= 12, length.isMultiple(of: 4) else {
            throw PcapngError(.length, "a block of \(length) bytes: it has at least 12, a multiple of 4", at: start + 4)
        }
        guard length <= bytes.count - start else {
            throw PcapngError(.truncated, "a block of \(length) bytes, \(bytes.count - start) are there", at: start + 4)
        }
        let end = start + length - 4
        guard bytes.uint32(at: end) == UInt32(length) else {
            throw PcapngError(
                .length, "the block's lengths differ: \(length) before it, \(bytes.uint32(at: end)) after it", at: end)
        }
        offset = start + length
        return Block(type: type, body: (start + 8)..<end)
    }

    private mutating func readByteOrder(_ at: Int) throws(PcapngError) {
        bytes.isBigEndian = false
        switch bytes.uint32(at: at) {
        case SectionMagic.byteOrder: break
        case SectionMagic.swapped: bytes.isBigEndian = true
        default: throw PcapngError(.format, "no byte-order magic in a section header", at: at)
        }
    }

    private mutating func read(_ block: Block) throws(PcapngError) -> CapturedPacket? {
        switch block.type {
        case BlockType.sectionHeader: try readSection(block.body)
        case BlockType.interfaceDescription: try readInterface(block.body)
        case BlockType.interfaceStatistics: try readStatistics(block.body)
        case BlockType.enhancedPacket:
            try require(20, block.body, "packet block")
            return try readPacket(block.body, interface: bytes.uint32(at: block.body.lowerBound))
        case BlockType.packet:
            // Two bytes of interface and two of a drop count in place of four of interface.
            try require(20, block.body, "packet block")
            return try readPacket(block.body, interface: UInt32(bytes.uint16(at: block.body.lowerBound)))
        case BlockType.simplePacket: return try readSimplePacket(block.body)
        default: break
        }
        return nil
    }
}
