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
func swift_select_ingress(_ skb: SocketBuffer) -> Int32 { select(skb, DIRECTION_INGRESS) }

@c @implementation
func swift_select_egress(_ skb: SocketBuffer) -> Int32 { select(skb, DIRECTION_EGRESS) }

@c @implementation
func swift_survey_ingress(_ skb: SocketBuffer) -> Int32 { survey(skb, DIRECTION_INGRESS) }

@c @implementation
func swift_survey_egress(_ skb: SocketBuffer) -> Int32 { survey(skb, DIRECTION_EGRESS) }

@inline(__always)
private func match(_ skb: SocketBuffer, _ direction: direction) -> Int32 {
    let table = Table(settings: loaded_settings())
    guard table.accepts(skb), let search = lookup(&searches, 0, as: search.self), table.readFields(skb, into: search)
    else { return next }
    let cache = SearchCache(settings: loaded_settings())
    switch cache.recall(search, direction) {
    case .none: return next
    case .found: return found(skb, search, direction)
    case .unknown:
        guard table.classify(direction, search) else {
            cache.remember(search, found: false)
            return next
        }
        table.begin(search)
        return finish(skb, table, search, direction, .first)
    }
}

@inline(__always)
private func resume(_ skb: SocketBuffer, _ direction: direction) -> Int32 {
    guard let search = lookup(&searches, 0, as: search.self) else { return next }
    return finish(skb, Table(settings: loaded_settings()), search, direction, .next)
}

@inline(__always)
private func finish(
    _ skb: SocketBuffer, _ table: Table, _ search: UnsafeMutablePointer<search>, _ direction: direction,
    _ run: Table.Run
) -> Int32 {
    let cache = SearchCache(settings: loaded_settings())
    switch table.firstRule(search, run) {
    case .none: cache.remember(search, found: false)
    case .found:
        cache.remember(search, found: true)
        return found(skb, search, direction)
    case .unfinished: _ = bpf_tail_call(skb, &stages, STAGE_RESUME.rawValue &+ direction.rawValue)
    }
    return next
}

@inline(__always)
private func found(_ skb: SocketBuffer, _ search: UnsafeMutablePointer<search>, _ direction: direction) -> Int32 {
    guard let rule = lookup(&rules, search.pointee.rule, as: rule.self),
        rule.pointee.action == UInt8(ACTION_MIRROR)
    else { return next }
    _ = bpf_tail_call(skb, &stages, STAGE_SELECT.rawValue &+ direction.rawValue)
    return next
}

/// Goes on with a packet that a rule has matched: selects, copies and counts it.
@inline(__always)
private func select(_ skb: SocketBuffer, _ direction: direction) -> Int32 {
    let settings = loaded_copy_settings()
    var slot: UInt32 = 0
    // Expressions have no table, and one rule.
    if settings.pointee.has_table != 0 {
        guard let search = lookup(&searches, 0, as: search.self) else { return next }
        slot = search.pointee.rule
    }
    guard let rule = lookup(&rules, slot, as: rule.self) else { return next }
    let number = rule.pointee.position
    guard let counters = lookup(&rule_counters, number, as: rule_counters.self) else { return next }
    guard !isCopy(skb) else {
        guard let mirror = lookup(&mirror_counters, 0, as: mirror_counters.self) else { return next }
        mirror.pointee.own.packets &+= 1
        mirror.pointee.own.bytes &+= UInt64(skb.pointee.len)
        return next
    }
    var packet = MatchedPacket(skb, direction, rule, counters, number, settings)
    packet.mirror()
    return next
}

/// Counts a packet as the wire sees it, and has it matched: one program for both, so that no packet comes to only one.
@inline(__always)
private func survey(_ skb: SocketBuffer, _ direction: direction) -> Int32 {
    guard let tally = lookup(&surveyed, direction.rawValue, as: tally.self) else { return next }
    let size = WireSize(skb, skb.pointee.gso_size != 0 ? readPacketFields(skb) : nil)
    tally.pointee.packets &+= size.packets
    tally.pointee.bytes &+= size.bytes
    _ = bpf_tail_call(skb, &stages, STAGE_MATCH.rawValue &+ direction.rawValue)
    return next
}
