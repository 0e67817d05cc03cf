import Kernel
import KernelABI

/// The search for the first rule that accepts a packet: every field has a class, every class a bitmap of rules in three
/// levels (docs/design/rule-tables.md), and the lowest bit that all of them have is the rule.
///
/// What no rule names costs nothing: `settings` is constant when the verifier reads it, and it removes the rest.
struct Table {
    let settings: table_settings

    /// Steps of the search in one run, a word of rules or a block each. The verifier follows them one by one, each time
    /// for every way to read a packet, so the run that reads it takes few, and what is left is for the next run. The
    /// kernel allows 33 of those; the most that a list can have, 64 blocks of 65 steps, takes 26.
    @inline(__always)
    private func steps(_ run: Run) -> UInt32 {
        let all = settings.block_count > 1 ? settings.block_count &* 65 : ((settings.rule_count &+ 63) >> 6) &+ 1
        let some = (settings.block_count &* 5) >> 1
        return min(all, run == .first ? 8 : max(some, 16))
    }

    enum Run { case first, next }

    enum Answer {
        case none
        case rule(UInt32)
        /// More words to visit than one run may.
        case unfinished
    }

    @inline(__always)
    func names(_ field: field) -> Bool { settings.fields & (1 << (field.rawValue & 31)) != 0 }

    // MARK: Classes

    /// Fills in the classes of a packet; false when no rule can match it.
    @inline(__always)
    func classify(_ skb: SocketBuffer, _ direction: direction, into search: UnsafeMutablePointer<search>) -> Bool {
        let fields = PacketFields(skb)
        search.pointee.blocks = ~0
        search.pointee.words = ~0
        guard let small = lookup(&field_classes, 0, as: field_classes.self) else { return false }
        if names(FIELD_PROTOCOL) {
            search.pointee.classes.4 =
                fields.family == .none
                ? settings.absent_class.4 : entry(small, protocolOffset, UInt32(fields.ipProtocol), below: 256)
            guard narrow(search, search.pointee.classes.4) else { return false }
        }
        if names(FIELD_DESTINATION_PORT) {
            search.pointee.classes.3 =
                fields.hasPorts
                ? entry(small, destinationPortOffset, UInt32(fields.destinationPort), below: 65536)
                : settings.absent_class.3
            guard narrow(search, search.pointee.classes.3) else { return false }
        }
        if names(FIELD_SOURCE_PORT) {
            search.pointee.classes.2 =
                fields.hasPorts ? entry(small, 0, UInt32(fields.sourcePort), below: 65536) : settings.absent_class.2
            guard narrow(search, search.pointee.classes.2) else { return false }
        }
        if names(FIELD_VLAN) {
            search.pointee.classes.5 =
                fields.hasVLAN ? entry(small, vlanOffset, UInt32(fields.vlan), below: 4096) : settings.absent_class.5
            guard narrow(search, search.pointee.classes.5) else { return false }
        }
        if names(FIELD_TCP_FLAGS) {
            search.pointee.classes.6 =
                fields.hasTCPFlags
                ? entry(small, flagsOffset, UInt32(fields.tcpFlags), below: 256) : settings.absent_class.6
            guard narrow(search, search.pointee.classes.6) else { return false }
        }
        if names(FIELD_DIRECTION) {
            search.pointee.classes.7 =
                direction == DIRECTION_INGRESS ? settings.direction_class.0 : settings.direction_class.1
            guard narrow(search, search.pointee.classes.7) else { return false }
        }
        if names(FIELD_DESTINATION_ADDRESS) {
            search.pointee.destination = position(
                fields, fields.destination, settings.ipv4_destination_root, settings.ipv6_destination_root,
                settings.absent_class.1)
        }
        if names(FIELD_SOURCE_ADDRESS) {
            search.pointee.source = position(
                fields, fields.source, settings.ipv4_source_root, settings.ipv6_source_root, settings.absent_class.0)
        }
        if names(FIELD_DESTINATION_ADDRESS) {
            search.pointee.classes.1 = follow(search.pointee.destination)
            guard narrow(search, search.pointee.classes.1) else { return false }
        }
        if names(FIELD_SOURCE_ADDRESS) {
            search.pointee.classes.0 = follow(search.pointee.source)
            guard narrow(search, search.pointee.classes.0) else { return false }
        }
        if settings.block_count > 1 { search.pointee.words = 0 } else { search.pointee.blocks = 0 }
        return true
    }

    /// Byte offsets within `struct field_classes`.
    private var destinationPortOffset: Int { 65536 * 4 }
    private var protocolOffset: Int { 2 * 65536 * 4 }
    private var vlanOffset: Int { 2 * 65536 * 4 + 256 * 4 }
    private var flagsOffset: Int { 2 * 65536 * 4 + 256 * 4 + 4096 * 4 }

    /// - Parameter below: how many values the field has, a power of two. The index is bounded here and not where the
    ///   field was read: the verifier of Linux 5.10 forgets the bounds of what has been on the stack in between.
    @inline(__always)
    private func entry(
        _ small: UnsafeMutablePointer<field_classes>, _ offset: Int, _ index: UInt32, below: UInt32
    ) -> UInt32 {
        let start = UnsafeRawPointer(small) + offset
        return (start + Int(opaque(index) & (below &- 1)) &* 4).load(as: UInt32.self)
    }

    /// Leaves in `search` only what the class has too; false when nothing is left. With one block its words tell
    /// already, with more the summaries do.
    @inline(__always)
    private func narrow(_ search: UnsafeMutablePointer<search>, _ number: UInt32) -> Bool {
        if settings.block_count > 1 {
            guard let summary = lookup(&summaries, number, as: UInt64.self) else { return false }
            let blocks = search.pointee.blocks & summary.pointee
            search.pointee.blocks = blocks
            return blocks != 0
        }
        guard let block = lookup(&class_blocks, number, as: class_block.self) else { return false }
        let words = search.pointee.words & block.pointee.aggregate
        search.pointee.words = words
        return words != 0
    }

    /// Where the look-up of an address begins; packets without one are at their class already.
    @inline(__always)
    private func position(
        _ fields: PacketFields, _ address: (high: UInt64, low: UInt64), _ ipv4: UInt32, _ ipv6: UInt32,
        _ absent: UInt32
    ) -> trie_position {
        let entry = fields.family == .none ? absent : fields.family == .ipv4 ? ipv4 : ipv6
        return trie_position(high: address.high, low: address.low, entry: entry, reserved: 0)
    }

    /// The class at the end of the way through the trie: at most 16 steps of a byte, and the class.
    @inline(__always)
    private func follow(_ position: trie_position) -> UInt32 {
        var (high, low, entry) = (position.high, position.low, position.entry)
        var steps: UInt32 = 0
        while steps < 17 {
            steps = steps &+ 1
            let kind = entry & TRIE_KIND
            if kind == TRIE_CLASS { break }
            if kind == TRIE_BLOCK {
                guard let block = lookup(&trie_blocks, entry & TRIE_INDEX, as: trie_block.self) else { return ~0 }
                let byte = Int(truncatingIfNeeded: high >> 56) & 255
                entry = (UnsafeRawPointer(block) + byte &* 4).load(as: UInt32.self)
                high = high << 8 | low >> 56
                low <<= 8
            } else {
                guard let path = lookup(&trie_paths, entry & TRIE_INDEX, as: trie_path.self) else { return ~0 }
                guard high & path.pointee.mask == path.pointee.bytes else { return path.pointee.miss }
                entry = path.pointee.child
                let bits = UInt64(path.pointee.length) &* 8
                if bits < 64 {
                    high = high &<< bits | low &>> (64 &- bits)
                    low = low &<< bits
                } else {
                    high = low
                    low = 0
                }
            }
        }
        return entry
    }

    // MARK: Rules

    /// Goes on with a search, from the first block to the last.
    @inline(__always)
    func firstRule(_ search: UnsafeMutablePointer<search>, _ run: Run) -> Answer {
        let limit = steps(run)
        var steps: UInt32 = 0
        while steps < limit {
            steps = steps &+ 1
            let words = search.pointee.words
            if words == 0 {
                let blocks = search.pointee.blocks
                guard blocks != 0 else { return .none }
                search.pointee.block = lowestBit(blocks)
                search.pointee.blocks = blocks & (blocks &- 1)
                search.pointee.words = aggregate(search)
                continue
            }
            search.pointee.words = words & (words &- 1)
            let word = lowestBit(words)
            let rules = self.rules(search, word)
            if rules != 0 { return .rule(search.pointee.block &* 4096 &+ word &* 64 &+ lowestBit(rules)) }
        }
        return .unfinished
    }

    @inline(__always)
    private func aggregate(_ search: UnsafeMutablePointer<search>) -> UInt64 {
        var words: UInt64 = ~0
        every(search) { number in
            guard let block = lookup(&class_blocks, index(number, search.pointee.block), as: class_block.self) else {
                words = 0
                return
            }
            words &= block.pointee.aggregate
        }
        return words
    }

    @inline(__always)
    private func rules(_ search: UnsafeMutablePointer<search>, _ word: UInt32) -> UInt64 {
        var rules: UInt64 = ~0
        every(search) { number in
            guard let block = lookup(&class_blocks, index(number, search.pointee.block), as: class_block.self) else {
                rules = 0
                return
            }
            let aggregate = block.pointee.aggregate
            if aggregate & (aggregate &- 1) == 0 {
                rules &= block.pointee.leaf
                return
            }
            let leaf = UInt32(truncatingIfNeeded: block.pointee.leaf)
            guard let leaves = lookup(&leaf_blocks, leaf, as: leaf_block.self) else {
                rules = 0
                return
            }
            rules &= (UnsafeRawPointer(leaves) + Int(opaque(word) & 63) &* 8).load(as: UInt64.self)
        }
        return rules
    }

    @inline(__always)
    private func index(_ number: UInt32, _ block: UInt32) -> UInt32 {
        settings.block_count > 1 ? number &* settings.block_count &+ block : number
    }

    /// Calls `visit` with the class of each field that some rule names.
    @inline(__always)
    private func every(_ search: UnsafeMutablePointer<search>, _ visit: (UInt32) -> Void) {
        if names(FIELD_SOURCE_ADDRESS) { visit(search.pointee.classes.0) }
        if names(FIELD_DESTINATION_ADDRESS) { visit(search.pointee.classes.1) }
        if names(FIELD_SOURCE_PORT) { visit(search.pointee.classes.2) }
        if names(FIELD_DESTINATION_PORT) { visit(search.pointee.classes.3) }
        if names(FIELD_PROTOCOL) { visit(search.pointee.classes.4) }
        if names(FIELD_VLAN) { visit(search.pointee.classes.5) }
        if names(FIELD_TCP_FLAGS) { visit(search.pointee.classes.6) }
        if names(FIELD_DIRECTION) { visit(search.pointee.classes.7) }
    }
}
