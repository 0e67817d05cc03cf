import Kernel
import KernelABI

@c @implementation
func swift_match_ingress(_ skb: SocketBuffer) -> Int32 { match(skb, DIRECTION_INGRESS) }

@c @implementation
func swift_match_egress(_ skb: SocketBuffer) -> Int32 { match(skb, DIRECTION_EGRESS) }

@c @implementation
func swift_resume_ingress(_ skb: SocketBuffer) -> Int32 { resume(skb, DIRECTION_INGRESS) }

@c @implementation
func swift_resume_egress(_ skb: SocketBuffer) -> Int32 { resume(skb, DIRECTION_EGRESS) }

@c @implementation
func swift_mirror_matched(_ skb: SocketBuffer) -> Int32 {
    mirror(skb, rule: 0, read_settings().copy)
    return next
}

@inline(__always)
private func match(_ skb: SocketBuffer, _ direction: direction) -> Int32 {
    guard let search = lookup(&searches, 0, as: search.self) else { return next }
    let table = Table(settings: read_settings())
    guard table.classify(skb, direction, into: search) else { return next }
    return finish(skb, table, search, direction, .first)
}

@inline(__always)
private func resume(_ skb: SocketBuffer, _ direction: direction) -> Int32 {
    guard let search = lookup(&searches, 0, as: search.self) else { return next }
    return finish(skb, Table(settings: read_settings()), search, direction, .next)
}

@inline(__always)
private func finish(
    _ skb: SocketBuffer, _ table: Table, _ search: UnsafeMutablePointer<search>, _ direction: direction,
    _ run: Table.Run
) -> Int32 {
    switch table.firstRule(search, run) {
    case .none: break
    case .rule(let rule):
        guard let action = lookup(&actions, rule, as: UInt32.self) else { break }
        if action.pointee == UInt32(ACTION_MIRROR) { mirror(skb, rule: rule, table.settings.copy) }
    case .unfinished: _ = bpf_tail_call(skb, &resumptions, direction.rawValue)
    }
    return next
}
