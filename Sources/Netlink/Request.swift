internal import CLinux

/// A netlink message being written (netlink(7)): header, fixed part, attributes.
struct Request {
    private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - type: RTM_*.
    ///   - flags: NLM_F_* besides NLM_F_REQUEST and NLM_F_ACK.
    ///   - fixed: the structure that this type begins with.
    init<Fixed: BitwiseCopyable>(_ type: Int, flags: Int32 = 0, _ fixed: Fixed) {
        append(
            nlmsghdr(
                nlmsg_len: 0, nlmsg_type: UInt16(type), nlmsg_flags: UInt16(flags | NLM_F_REQUEST | NLM_F_ACK),
                nlmsg_seq: 0, nlmsg_pid: 0))
        append(fixed)
    }

    /// The finished message.
    func finished(sequence: UInt32) -> [UInt8] {
        var message = bytes
        message.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt32($0.count), toByteOffset: 0, as: UInt32.self)
            $0.storeBytes(of: sequence, toByteOffset: 8, as: UInt32.self)
        }
        return message
    }

    /// Adds an attribute whose value is `value` in memory.
    mutating func add<Value: BitwiseCopyable>(_ type: Int, _ value: Value) {
        header(type, MemoryLayout<Value>.size)
        append(value)
    }

    /// Adds an attribute of raw bytes.
    mutating func add(_ type: Int, bytes value: [UInt8]) {
        header(type, value.count)
        bytes += value
        pad()
    }

    /// Adds an attribute of text, zero at its end.
    mutating func add(_ type: Int, text: String) {
        add(type, bytes: Array(text.utf8) + [0])
    }

    /// Adds an attribute that holds what `body` adds.
    mutating func nest(_ type: Int, _ body: (inout Request) -> Void) {
        let start = bytes.count
        // NLA_F_NESTED.
        header(type | 0x8000, 0)
        body(&self)
        let length = UInt16(bytes.count - start)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: UInt16.self) }
    }

    private mutating func header(_ type: Int, _ length: Int) {
        withUnsafeBytes(of: UInt16(length + 4)) { bytes += $0 }
        withUnsafeBytes(of: UInt16(type)) { bytes += $0 }
    }

    private mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes += $0 }
        pad()
    }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}
