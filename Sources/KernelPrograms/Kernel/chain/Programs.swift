import Kernel
import KernelABI

/// XDP_PASS.
private let pass: Int32 = 2

@c @implementation
func swift_xdp_root(_ context: XDPContext) -> Int32 { walk(atEnd: pass) { jump(context, to: $0) } }

/// Whoever is attached behind the chain sees the packets that it lets pass.
@c @implementation
func swift_tc_root(_ skb: SocketBuffer) -> Int32 { walk(atEnd: next) { jump(skb, to: $0) } }

@c @implementation
func swift_xdp_next(_ context: XDPContext) -> Int32 { goesOn }

@c @implementation
func swift_tc_next(_ skb: SocketBuffer) -> Int32 { goesOn }

/// A line a position and no loop: each jump is to a slot of its own.
@inline(__always)
private func walk(atEnd verdict: Int32, _ jump: (UInt32) -> Int32) -> Int32 {
    guard let walk = Walk() else { return verdict }
    if let end = walk.step(0, jump, atEnd: verdict) { return end }
    if let end = walk.step(1, jump, atEnd: verdict) { return end }
    if let end = walk.step(2, jump, atEnd: verdict) { return end }
    if let end = walk.step(3, jump, atEnd: verdict) { return end }
    if let end = walk.step(4, jump, atEnd: verdict) { return end }
    if let end = walk.step(5, jump, atEnd: verdict) { return end }
    if let end = walk.step(6, jump, atEnd: verdict) { return end }
    if let end = walk.step(7, jump, atEnd: verdict) { return end }
    if let end = walk.step(8, jump, atEnd: verdict) { return end }
    if let end = walk.step(9, jump, atEnd: verdict) { return end }
    if let end = walk.step(10, jump, atEnd: verdict) { return end }
    if let end = walk.step(11, jump, atEnd: verdict) { return end }
    if let end = walk.step(12, jump, atEnd: verdict) { return end }
    if let end = walk.step(13, jump, atEnd: verdict) { return end }
    if let end = walk.step(14, jump, atEnd: verdict) { return end }
    if let end = walk.step(15, jump, atEnd: verdict) { return end }
    return verdict
}
