import Kernel

typealias SocketBuffer = UnsafeMutablePointer<__sk_buff>

/// What a tc program returns to leave the verdict to whoever comes next (TC_ACT_UNSPEC, TCX_NEXT).
let next: Int32 = -1
/// TC_ACT_SHOT: only for copies, never for a packet of production.
let drop: Int32 = 2

/// `size` bytes at `offset` of the packet, wherever they lie: also beyond the linear part.
@inline(__always)
func load<Value: BitwiseCopyable>(_ skb: SocketBuffer, _ offset: UInt32, into value: inout Value) -> Bool {
    bpf_skb_load_bytes(skb, offset, &value, UInt32(truncatingIfNeeded: MemoryLayout<Value>.size)) == 0
}

/// The same, straight from the linear part where it lies there, which is several times faster.
///
/// - Parameter bound: a power of two that `offset` is less than: the verifier is told at the very place.
@inline(__always)
func load<Value: BitwiseCopyable>(
    _ skb: SocketBuffer, _ offset: UInt32, below bound: UInt32, into value: inout Value
) -> Bool {
    let start = opaque_pointer(skb_data(skb) + Int(opaque(offset) & (bound &- 1)))
    if start + MemoryLayout<Value>.size <= skb_data_end(skb) {
        value = start.load(as: Value.self)
        return true
    }
    // What the helper writes to is memory; what was read above need not be.
    var slow = value
    guard load(skb, offset, into: &slow) else { return false }
    value = slow
    return true
}

/// EtherTypes and protocol numbers (IANA).
enum EtherType {
    static var ipv4: UInt16 { 0x0800 }
    static var ipv6: UInt16 { 0x86dd }

    @inline(__always)
    static func isVLAN(_ type: UInt16) -> Bool { type == 0x8100 || type == 0x88a8 || type == 0x9100 }
}

enum IPProtocol {
    static var hopByHop: UInt8 { 0 }
    static var icmp: UInt8 { 1 }
    static var ipInIP: UInt8 { 4 }
    static var tcp: UInt8 { 6 }
    static var udp: UInt8 { 17 }
    static var dccp: UInt8 { 33 }
    static var ipv6InIP: UInt8 { 41 }
    static var routing: UInt8 { 43 }
    static var fragment: UInt8 { 44 }
    static var authentication: UInt8 { 51 }
    static var icmp6: UInt8 { 58 }
    static var destinationOptions: UInt8 { 60 }
    static var sctp: UInt8 { 132 }
    static var mobility: UInt8 { 135 }
    static var udpLite: UInt8 { 136 }
    static var hostIdentity: UInt8 { 139 }
    static var shim6: UInt8 { 140 }

    @inline(__always)
    static func hasPorts(_ number: UInt8) -> Bool {
        number == tcp || number == udp || number == sctp || number == dccp || number == udpLite
    }

    @inline(__always)
    static func isExtension(_ number: UInt8) -> Bool {
        number == hopByHop || number == routing || number == fragment || number == authentication
            || number == destinationOptions || number == mobility || number == hostIdentity || number == shim6
    }
}
