extension Translator {
    /// Appends a load of `size` bytes at the packet's offset in r2, a number below 2^31.
    ///
    /// If they are not there, the helper leaves zeroes and says so. That is not looked at here but where the filter
    /// matches: nothing that a program does on the way has an effect, and a conditional jump at each load would be one more
    /// of the 8,192 that the verifier keeps in mind.
    mutating func appendHelperLoad(_ size: Int, _ to: ExtendedRegister) {
        emit(.double(.move, .r1, .r6))
        emit(.double(.move, .r3, .r10))
        emit(.double(.add, .r3, -8))
        emit(.word(.move, .r4, UInt32(size)))
        emit(.call(Context.loadBytes))
        emit(.double(.or, .r9, .r0))
        appendValue(size, to, from: .r10, -8)
    }

    /// Appends a load of `size` bytes at X + `offset` of the frame. The sum has 64 bits: libpcap's does not overflow.
    mutating func appendHelperLoad(behindX offset: UInt32, _ size: Int, _ to: ExtendedRegister) {
        emit(.word(.move, .r2, offset))
        emit(.double(.add, .r2, .r8))
        guard isTagged else {
            assembler.append(.jump(if: .greater, .r2, Int32.max), to: noMatchLabel())
            return appendHelperLoad(size, to)
        }
        let (behindTag, load, done) = (assembler.label(), assembler.label(), assembler.label())
        // Offsets at which some of the bytes are the tag's: one load each, for the offsets that X can lead to.
        let touching = (Frame.tagStart + 1 - size..<Frame.tagEnd).filter { $0 >= offset }
        let choices = touching.map { (offset: $0, label: assembler.label()) }
        if offset < Frame.tagEnd {
            assembler.append(.jump(if: .greaterOrEqual, .r2, Int32(Frame.tagEnd)), to: behindTag)
            for choice in choices { assembler.append(.jump(if: .equal, .r2, Int32(choice.offset)), to: choice.label) }
            assembler.append(.jump, to: load)
            assembler.place(behindTag)
        }
        emit(.double(.add, .r2, Int32(-Frame.tagSize)))
        assembler.append(.jump(if: .greater, .r2, Int32.max), to: noMatchLabel())
        if offset < Frame.tagEnd { assembler.place(load) }
        appendHelperLoad(size, to)
        guard !choices.isEmpty else { return }
        for choice in choices {
            assembler.append(.jump, to: done)
            assembler.place(choice.label)
            append(Parts(offset: choice.offset, size: size, isTagged: true), to)
        }
        assembler.place(done)
    }
}
