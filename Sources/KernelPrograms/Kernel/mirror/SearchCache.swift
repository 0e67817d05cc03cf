import Kernel
import KernelABI

/// What searches have found for the packets that this CPU has seen last: packets of a flow look alike to the table, and
/// each has one place where their rule is remembered.
///
/// Flows that share a place take turns in it; then their packets are searched for as if there were no cache.
struct SearchCache {
    let settings: UnsafePointer<table_settings>

    enum Answer {
        case unknown
        case none
        /// `search.rule` says which.
        case found
    }

    private var isThere: Bool { settings.pointee.cache_mask != 0 }

    /// What a search would find for the packet whose fields are read; where that is unknown, ``remember(_:found:)`` is to
    /// follow.
    @inline(__always)
    func recall(_ search: UnsafeMutablePointer<search>, _ direction: direction) -> Answer {
        guard isThere else { return .unknown }
        let hash = setKey(search, direction)
        let place =
            bpf_get_smp_processor_id() &* (settings.pointee.cache_mask &+ 1) &+ hash & settings.pointee.cache_mask
        search.pointee.cache_place = place
        guard let known = lookup(&search_cache, place, as: cached_search.self) else { return .unknown }
        let (key, cached) = (search.pointee.key, known.pointee.key)
        let difference =
            (key.0 ^ cached.0) | (key.1 ^ cached.1) | (key.2 ^ cached.2) | (key.3 ^ cached.3) | (key.4 ^ cached.4)
            | (key.5 ^ cached.5)
        guard difference == 0 else { return .unknown }
        search.pointee.rule = known.pointee.rule
        return known.pointee.rule == NO_POSITION ? .none : .found
    }

    /// Keeps what the search has found: `search.rule`, or nothing.
    @inline(__always)
    func remember(_ search: UnsafeMutablePointer<search>, found: Bool) {
        guard isThere, let place = lookup(&search_cache, search.pointee.cache_place, as: cached_search.self) else {
            return
        }
        place.pointee.key = search.pointee.key
        place.pointee.rule = found ? search.pointee.rule : NO_POSITION
    }

    /// Everything that the table looks at, in six words.
    /// - Returns: a hash of them.
    @inline(__always)
    private func setKey(_ search: UnsafeMutablePointer<search>, _ direction: direction) -> UInt32 {
        let fields = packetFields(of: search)
        let (source, destination) = (fields.pointee.source, fields.pointee.destination)
        search.pointee.key.0 = source.high
        search.pointee.key.1 = source.low
        search.pointee.key.2 = destination.high
        search.pointee.key.3 = destination.low
        var values = UInt64(fields.pointee.sourcePort) << 48 | UInt64(fields.pointee.destinationPort) << 32
        values |= UInt64(fields.pointee.ipProtocol) << 24
        // Never 0, as the key of a place is that nothing is remembered in.
        var kinds: UInt64 = fields.pointee.family == .none ? 1 : fields.pointee.family == .ipv4 ? 2 : 3
        if fields.pointee.hasPorts { kinds |= 4 }
        if direction == DIRECTION_EGRESS { kinds |= 8 }
        if settings.pointee.fields & (1 << FIELD_VLAN.rawValue) != 0, fields.pointee.hasVLAN {
            kinds |= 16
            values |= UInt64(fields.pointee.vlan)
        }
        if settings.pointee.fields & (1 << FIELD_TCP_FLAGS.rawValue) != 0, fields.pointee.hasTCPFlags {
            kinds |= 32
            values |= UInt64(fields.pointee.tcpFlags) << 16
        }
        search.pointee.key.4 = values
        search.pointee.key.5 = kinds
        var hash = (source.high ^ source.low) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ destination.high ^ destination.low) &* 0xbf58_476d_1ce4_e5b9
        hash ^= hash >> 32
        hash = (hash ^ values ^ kinds) &* 0x94d0_49bb_1331_11eb
        return UInt32(truncatingIfNeeded: hash >> 40)
    }
}
