internal import CLinux

/// A message from the kernel, taken out of its datagram.
struct Message {
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    /// All behind the header.
    let body: [UInt8]

    /// Takes a datagram apart.
    ///
    /// - Throws: ``NetlinkError`` of code `malformed` when a length does not fit.
    static func parse(_ datagram: RawSpan) throws(NetlinkError) -> [Message] {
        var messages: [Message] = []
        var offset = 0
        while datagram.byteCount - offset >= 16 {
            let header = try datagram.load(at: offset, as: nlmsghdr.self)
            let length = Int(header.nlmsg_len)
            guard length >= 16, length <= datagram.byteCount - offset else {
                throw .malformed("message \(header.nlmsg_type) of \(length) bytes in \(datagram.byteCount - offset)")
            }
            messages.append(
                Message(
                    type: header.nlmsg_type, flags: header.nlmsg_flags, sequence: header.nlmsg_seq,
                    body: datagram.extracting(offset + 16..<offset + length).bytes))
            offset += (length + 3) & ~3
        }
        guard offset >= datagram.byteCount else {
            throw .malformed("\(datagram.byteCount - offset) bytes behind the last message")
        }
        return messages
    }

    /// The error number in an acknowledgement (0: done), and the kernel's words for it.
    func acknowledgement() throws(NetlinkError) -> (errno: Int32, text: String?) {
        let span = body.span.bytes
        // NLMSG_DONE has the number alone, and none at all on old kernels.
        if type == UInt16(NLMSG_DONE), span.byteCount < 4 { return (0, nil) }
        let number = 0 &- (try span.load(as: Int32.self))
        // NLM_F_ACK_TLVS: attributes follow the request's header, or the whole request without NLM_F_CAPPED.
        guard flags & 0x200 != 0 else { return (number, nil) }
        var start = 4
        if type == UInt16(NLMSG_ERROR) {
            let request = try span.load(at: 4, as: nlmsghdr.self)
            start += flags & 0x100 != 0 ? 16 : (Int(request.nlmsg_len) + 3) & ~3
        }
        var text: String?
        try span.rest(from: start).forEachAttribute { (type, value) throws(NetlinkError) in
            if type == UInt16(NLMSGERR_ATTR_MSG.rawValue) { text = value.text }
        }
        return (number, text)
    }
}
