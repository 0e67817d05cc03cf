extension Translator {
    /// Appends a load and says whether control goes on to the next instruction.
    mutating func append(
        load source: ClassicInstruction.Source, into register: ClassicInstruction.Register, at index: Int
    ) -> Bool {
        let to = register.extended
        var bounds: ClosedRange<UInt32> = 0...UInt32.max
        switch source {
        case .absolute(let offset, let size):
            if let fact = Ancillary(rawValue: offset) {
                append(fact, to)
            } else {
                guard append(bytes: offset, size, to, at: index) else { return false }
            }
        case .indirect(let offset, let size):
            guard isDirect else {
                appendHelperLoad(behindX: offset, size, to)
                break
            }
            guard appendDirectLoad(behindX: offset, size, to, at: index) else { return false }
        case .headerLength(let offset):
            guard append(bytes: offset, 1, to, at: index) else { return false }
            emit(.word(.and, to, 0x0f))
            emit(.word(.shiftLeft, to, 2))
            bounds = 0...60
        case .length:
            emit(.load(.word, to, from: .r6, Context.length))
            if isTagged { emit(.word(.add, to, UInt32(Frame.tagSize))) }
        case .immediate(let value):
            emit(.word(.move, to, value))
            bounds = value...value
        case .slot(let slot):
            emit(.load(.double, to, from: .r10, Self.place(ofSlot: slot)))
        }
        if register == .x { known.forgetX(bounds) }
        return true
    }

    private mutating func append(_ fact: Ancillary, _ to: ExtendedRegister) {
        switch fact {
        case .packetType where direction == .egress: emit(.word(.move, to, UInt32(Ancillary.outgoing)))
        case .packetType: emit(.load(.word, to, from: .r6, Context.packetType))
        case .interface: emit(.load(.word, to, from: .r6, Context.interface))
        }
    }

    /// Appends a load of `size` bytes at a constant offset of the frame.
    private mutating func append(bytes offset: UInt32, _ size: Int, _ to: ExtendedRegister, at index: Int) -> Bool {
        // No packet has bytes there: its length is a signed number.
        guard Int(offset) + size <= Int(Int32.max) else {
            assembler.append(.jump, to: noMatchLabel())
            return false
        }
        let parts = Parts(offset: Int(offset), size: size, isTagged: isTagged)
        if isDirect {
            guard parts.end <= Self.directReach else {
                assembler.append(.jump, to: helperLabel(index))
                return false
            }
            ensure(parts.end, at: index)
        }
        append(parts, to)
        return true
    }

    /// Appends the loads of what a load consists of.
    mutating func append(_ parts: Parts, _ to: ExtendedRegister) {
        if let packet = parts.packet {
            if isDirect {
                appendValue(packet.count, to, from: .r2, Int16(packet.lowerBound))
            } else {
                emit(.word(.move, .r2, UInt32(packet.lowerBound)))
                appendHelperLoad(packet.count, to)
            }
        }
        guard let tag = parts.tag else { return }
        guard let packet = parts.packet else { return appendTag(tag, to) }
        appendTag(tag, .r0)
        if parts.startsInTag {
            emit(.word(.shiftLeft, .r0, UInt32(8 * packet.count)))
        } else {
            emit(.word(.shiftLeft, to, UInt32(8 * tag.count)))
        }
        emit(.word(.or, to, .r0))
    }

    /// Appends the load of some of the four bytes of the tag from the metadata.
    private mutating func appendTag(_ bytes: Range<Int>, _ to: ExtendedRegister) {
        if bytes.lowerBound < 2 {
            emit(.load(.word, to, from: .r6, Context.vlanProtocol))
            emit(.networkOrder(to, bits: 16))
        }
        if bytes.upperBound > 2 {
            if bytes.lowerBound < 2 {
                emit(.word(.shiftLeft, to, 16))
                emit(.load(.word, .r1, from: .r6, Context.vlanControl))
                emit(.word(.or, to, .r1))
            } else {
                emit(.load(.word, to, from: .r6, Context.vlanControl))
            }
        }
        let loaded = (bytes.lowerBound < 2 ? 0 : 2)..<(bytes.upperBound > 2 ? 4 : 2)
        if loaded.upperBound > bytes.upperBound {
            emit(.word(.shiftRight, to, UInt32(8 * (loaded.upperBound - bytes.upperBound))))
        }
        if loaded.lowerBound < bytes.lowerBound { emit(.word(.and, to, UInt32(1) << UInt32(8 * bytes.count) - 1)) }
    }

    /// Appends the load of 1...4 bytes in network byte order, all of them known to be there.
    mutating func appendValue(_ size: Int, _ to: ExtendedRegister, from base: ExtendedRegister, _ offset: Int16) {
        emit(.load(size == 1 ? .byte : size == 4 ? .word : .half, to, from: base, offset))
        if size > 1 { emit(.networkOrder(to, bits: size == 4 ? 32 : 16)) }
        if size == 3 {
            emit(.load(.byte, .r1, from: base, offset + 2))
            emit(.word(.shiftLeft, to, 8))
            emit(.word(.or, to, .r1))
        }
    }
}

/// What a load of the frame's bytes takes from the packet, and what from the tag in its metadata.
struct Parts {
    /// Bytes of the packet, by their place in the packet.
    let packet: Range<Int>?
    /// Bytes of the tag, 0...3.
    let tag: Range<Int>?
    /// Whether the tag's bytes are before the packet's.
    let startsInTag: Bool

    init(offset: Int, size: Int, isTagged: Bool) {
        let bytes = offset..<offset + size
        let tagged = bytes.clamped(to: Frame.tagStart..<Frame.tagEnd)
        startsInTag = offset >= Frame.tagStart
        guard isTagged, !tagged.isEmpty else {
            tag = nil
            packet = isTagged && startsInTag ? offset - Frame.tagSize..<offset - Frame.tagSize + size : bytes
            return
        }
        tag = tagged.lowerBound - Frame.tagStart..<tagged.upperBound - Frame.tagStart
        let start = startsInTag ? Frame.tagStart : offset
        packet = tagged == bytes ? nil : start..<start + size - tagged.count
    }

    /// Bytes that the packet must have.
    var end: Int { packet?.upperBound ?? 0 }
}
