extension BlockReader {
    mutating func readSection(_ body: Range<Int>) throws(PcapngError) {
        try require(16, body, "section header")
        let version = bytes.uint16(at: body.lowerBound + 4)
        guard version == 1 else {
            throw PcapngError(.format, "version \(version) of pcapng is not known, 1 is", at: body.lowerBound + 4)
        }
        sectionBase = interfaces.count
        resolutions = []
        for (option, value) in try options(body.dropFirst(16)) where option == BlockOption.comment {
            comments.append(bytes.text(value))
        }
    }

    mutating func readInterface(_ body: Range<Int>) throws(PcapngError) {
        try require(8, body, "interface description")
        var interface = CaptureInterface(
            linkType: LinkType(rawValue: bytes.uint16(at: body.lowerBound)),
            snapLength: bytes.uint32(at: body.lowerBound + 4))
        var resolution = TimeResolution()
        for (option, value) in try options(body.dropFirst(8)) {
            switch option {
            case BlockOption.comment: interface.comments.append(bytes.text(value))
            case BlockOption.interfaceName: interface.name = bytes.text(value)
            case BlockOption.interfaceDescription: interface.description = bytes.text(value)
            case BlockOption.timeResolution:
                try require(1, value, "time resolution")
                resolution.exponent = bytes.bytes[value.lowerBound]
            case BlockOption.timeOffset:
                try require(8, value, "time offset")
                resolution.offset = Int64(bitPattern: bytes.uint64(at: value.lowerBound))
            default: break
            }
        }
        interfaces.append(interface)
        resolutions.append(resolution)
    }

    mutating func readStatistics(_ body: Range<Int>) throws(PcapngError) {
        try require(12, body, "interface statistics")
        let interface = try interface(bytes.uint32(at: body.lowerBound), at: body.lowerBound)
        let time = try time(at: body.lowerBound + 4, of: interface)
        var statistics = CaptureStatistics(interface: UInt32(truncatingIfNeeded: interface), time: time)
        for (option, value) in try options(body.dropFirst(12)) {
            let range = BlockOption.startTime...BlockOption.accepted
            guard range.contains(option) else { continue }
            try require(8, value, "statistics option")
            switch option {
            case BlockOption.startTime: statistics.startTime = try self.time(at: value.lowerBound, of: interface)
            case BlockOption.endTime: statistics.endTime = try self.time(at: value.lowerBound, of: interface)
            case BlockOption.received: statistics.received = bytes.uint64(at: value.lowerBound)
            case BlockOption.dropped: statistics.dropped = bytes.uint64(at: value.lowerBound)
            default: statistics.accepted = bytes.uint64(at: value.lowerBound)
            }
        }
        self.statistics.append(statistics)
    }

    mutating func readPacket(_ body: Range<Int>, interface number: UInt32) throws(PcapngError) -> CapturedPacket {
        let interface = try interface(number, at: body.lowerBound)
        let length = Int(bytes.uint32(at: body.lowerBound + 12))
        let room = body.count - 20
        // The packet is padded to a multiple of four.
        guard length <= room, (length + 3) & ~3 <= room else {
            throw PcapngError(
                .length, "a packet of \(length) bytes in a block with room for \(room)", at: body.lowerBound + 12)
        }
        let data = body.dropFirst(20).prefix(length)
        var packet = CapturedPacket(
            interface: interface, time: try time(at: body.lowerBound + 4, of: interface),
            originalLength: bytes.uint32(at: body.lowerBound + 16), bytes: Array(bytes.bytes[data]))
        for (option, value) in try options(body.dropFirst(20 + (length + 3) & ~3)) {
            switch option {
            case BlockOption.comment: packet.comments.append(bytes.text(value))
            case BlockOption.packetFlags:
                try require(4, value, "packet flags")
                packet.direction = CaptureDirection(rawValue: bytes.uint32(at: value.lowerBound) & 3)
            default: break
            }
        }
        return packet
    }

    mutating func readSimplePacket(_ body: Range<Int>) throws(PcapngError) -> CapturedPacket {
        try require(4, body, "simple packet")
        let interface = try interface(0, at: body.lowerBound)
        let originalLength = bytes.uint32(at: body.lowerBound)
        let snapLength = interfaces[interface].snapLength
        let length = Int(snapLength == 0 ? originalLength : min(originalLength, snapLength))
        guard length <= body.count - 4 else {
            throw PcapngError(
                .length, "a packet of \(length) bytes in a block with room for \(body.count - 4)", at: body.lowerBound)
        }
        return CapturedPacket(
            interface: interface, time: nil, originalLength: originalLength,
            bytes: Array(bytes.bytes[body.dropFirst(4).prefix(length)]))
    }

    func require(_ length: Int, _ range: Range<Int>, _ what: String) throws(PcapngError) {
        guard range.count >= length else {
            throw PcapngError(
                .length, "\(what) of \(range.count) bytes: it has at least \(length)", at: range.lowerBound)
        }
    }

    /// The index of a section's interface among those of all sections.
    private func interface(_ number: UInt32, at offset: Int) throws(PcapngError) -> Int {
        guard number < resolutions.count else {
            throw PcapngError(
                .interface, "interface \(number) of a section that described \(resolutions.count)", at: offset)
        }
        return sectionBase + Int(number)
    }

    private func time(at offset: Int, of interface: Int) throws(PcapngError) -> UInt64 {
        guard let time = resolutions[interface - sectionBase].nanoseconds(bytes.time(at: offset)) else {
            throw PcapngError(.time, "a time outside of 1970 to 2554", at: offset)
        }
        return time
    }

    private func options(_ range: Range<Int>) throws(PcapngError) -> [(option: UInt16, value: Range<Int>)] {
        var found: [(option: UInt16, value: Range<Int>)] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            // Ranges in blocks are multiples of four, so an option's header is whole.
            let option = bytes.uint16(at: offset)
            let length = Int(bytes.uint16(at: offset + 2))
            if option == BlockOption.end { break }
            let padded = (length + 3) & ~3
            guard padded <= range.upperBound - offset - 4 else {
                throw PcapngError(
                    .length, "an option of \(length) bytes in \(range.upperBound - offset - 4)", at: offset + 2)
            }
            found.append((option, (offset + 4)..<(offset + 4 + length)))
            offset += 4 + padded
        }
        return found
    }
}
