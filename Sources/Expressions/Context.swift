/// Offsets of `struct __sk_buff`'s fields and numbers of helpers (`<linux/bpf.h>`).
enum Context {
    static let length: Int16 = 0
    static let packetType: Int16 = 4
    static let vlanPresent: Int16 = 20
    /// In host byte order.
    static let vlanControl: Int16 = 24
    /// In network byte order.
    static let vlanProtocol: Int16 = 28
    static let interface: Int16 = 40
    static let data: Int16 = 76
    static let dataEnd: Int16 = 80

    static let tailCall: Int32 = 12
    static let loadBytes: Int32 = 26
}
