extension GeneveHeader {
    /// Metadata of ours among the options, wherever it stands there; the first that can be read.
    ///
    /// - Parameter end: Where the options end, which `decode` has walked through without a complaint.
    static func metadata(_ payload: RawSpan, end: Int) -> CopyMetadata? {
        var offset = fixedLength
        while offset + 4 <= end {
            if let metadata = CopyMetadata(payload, at: offset) { return metadata }
            offset += 4 + Int(payload.uint8(at: offset + 3) & 0x1f) * 4
        }
        return nil
    }
}

extension GUEHeader {
    /// Linux's private flag that announces four bytes more, for remote checksum offload (include/net/gue.h,
    /// GUE_PFLAG_REMCSUM); no other is defined.
    private static let remoteChecksum: UInt32 = 0x8000_0000

    /// Metadata of ours as the private data of variant 0: what is left of the header behind the fields that flags
    /// announce.
    ///
    /// - Parameters:
    ///   - flags: Those of the header, none that `decode` does not know.
    ///   - end: Where the header ends.
    static func metadata(_ payload: RawSpan, flags: UInt16, end: Int) -> CopyMetadata? {
        var offset = fixedLength
        if flags & privateFlag != 0 {
            let announced = payload.uint32(at: offset)
            // With a field of unknown length before it, private data cannot be found.
            guard announced & ~remoteChecksum == 0 else { return nil }
            offset += announced == 0 ? 4 : 8
        }
        guard end - offset >= CopyMetadata.length else { return nil }
        return CopyMetadata(payload, at: offset)
    }
}
