import Kernel
import KernelABI

/// The search for the first rule that accepts a packet: every field has a class, every class a bitmap of rules in three
/// levels (docs/design/rule-tables.md), and the lowest bit that all of them have is the rule.
///
/// What no rule names costs nothing: `settings` is constant when the verifier reads it, and it removes the rest.
struct Table {
    let settings: UnsafePointer<table_settings>

    /// Steps of the search in one run, a word of rules or a block each. The verifier follows them one by one, each time
    /// for every way to come to them, so the first run takes few, and what is left is for the next. The kernel allows 33
    /// of those; the most that a list can have, 64 blocks of 65 steps, takes 26.
    @inline(__always)
    private func steps(_ run: Run) -> UInt32 {
        let words = settings.pointee.block_words
        let all = words > 1 ? UInt32(MAX_BLOCKS) &* (words &+ 1) : UInt32(MAX_BLOCKS)
        return min(all, run == .first ? 8 : max((words &* 5) >> 1, 16))
    }

    enum Run { case first, next }

    enum Answer {
        case none
        /// `search.rule` says which.
        case found
        /// More words to visit than one run may.
        case unfinished
    }

    @inline(__always)
    func names(_ field: field) -> Bool { settings.pointee.fields & (1 << (field.rawValue & 31)) != 0 }

    /// Whether any rule accepts packets of this one's EtherType. What has a tag is looked at more closely.
    @inline(__always)
    func accepts(_ skb: SocketBuffer) -> Bool {
        if settings.pointee.accepted & UInt32(ACCEPTS_OTHER) != 0 { return true }
        var type: UInt16 = 0
        guard load(skb, 12, below: 16, into: &type) else { return false }
        type = UInt16(bigEndian: type)
        if type == EtherType.ipv4 { return settings.pointee.accepted & UInt32(ACCEPTS_IPV4) != 0 }
        if type == EtherType.ipv6 { return settings.pointee.accepted & UInt32(ACCEPTS_IPV6) != 0 }
        return EtherType.isVLAN(type)
    }

    // MARK: Classes

    /// Reads the fields that rules name.
    @inline(__always)
    func readFields(_ skb: SocketBuffer, into search: UnsafeMutablePointer<search>) -> Bool {
        let ports = names(FIELD_SOURCE_PORT) || names(FIELD_DESTINATION_PORT) || names(FIELD_TCP_FLAGS)
        return readPacketFields(skb, into: search, ports: ports) != nil
    }

    /// Fills in the classes of the fields that were read; false when no rule can match them.
    @inline(__always)
    func classify(_ direction: direction, _ search: UnsafeMutablePointer<search>) -> Bool {
        let packet = packetFields(of: search)
        guard let small = lookup(&field_classes, 0, as: field_classes.self) else { return false }
        let absent = settings.pointee.absent_class
        search.pointee.blocks = ~0
        if names(FIELD_PROTOCOL) {
            let isThere = packet.pointee.family != .none
            let number =
                isThere ? entry(small, protocolOffset, UInt32(packet.pointee.ipProtocol), below: 256) : absent.4
            guard narrow(search, &search.pointee.numbers.4, number) else { return false }
        }
        if names(FIELD_DESTINATION_PORT) {
            let port = UInt32(packet.pointee.destinationPort)
            let number = packet.pointee.hasPorts ? entry(small, destinationPortOffset, port, below: 65536) : absent.3
            guard narrow(search, &search.pointee.numbers.3, number) else { return false }
        }
        if names(FIELD_SOURCE_PORT) {
            let port = UInt32(packet.pointee.sourcePort)
            let number = packet.pointee.hasPorts ? entry(small, 0, port, below: 65536) : absent.2
            guard narrow(search, &search.pointee.numbers.2, number) else { return false }
        }
        if names(FIELD_VLAN) {
            let vlan = UInt32(packet.pointee.vlan)
            let number = packet.pointee.hasVLAN ? entry(small, vlanOffset, vlan, below: 4096) : absent.5
            guard narrow(search, &search.pointee.numbers.5, number) else { return false }
        }
        if names(FIELD_TCP_FLAGS) {
            let flags = UInt32(packet.pointee.tcpFlags)
            let number = packet.pointee.hasTCPFlags ? entry(small, flagsOffset, flags, below: 256) : absent.6
            guard narrow(search, &search.pointee.numbers.6, number) else { return false }
        }
        if names(FIELD_DIRECTION) {
            let classes = settings.pointee.direction_class
            let number = direction == DIRECTION_INGRESS ? classes.0 : classes.1
            guard narrow(search, &search.pointee.numbers.7, number) else { return false }
        }
        if names(FIELD_DESTINATION_ADDRESS) {
            search.pointee.destination = position(
                packet, packet.pointee.destination, settings.pointee.ipv4_destination_root,
                settings.pointee.ipv6_destination_root, absent.1)
        }
        if names(FIELD_SOURCE_ADDRESS) {
            search.pointee.source = position(
                packet, packet.pointee.source, settings.pointee.ipv4_source_root, settings.pointee.ipv6_source_root,
                absent.0)
        }
        if names(FIELD_DESTINATION_ADDRESS) {
            guard narrow(search, &search.pointee.numbers.1, follow(search.pointee.destination)) else { return false }
        }
        if names(FIELD_SOURCE_ADDRESS) {
            guard narrow(search, &search.pointee.numbers.0, follow(search.pointee.source)) else { return false }
        }
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

    /// Keeps the class's number, and in `search` only the blocks that it has rules in; false when none is left.
    @inline(__always)
    private func narrow(
        _ search: UnsafeMutablePointer<search>, _ place: UnsafeMutablePointer<UInt32>, _ number: UInt32
    ) -> Bool {
        guard let found = lookup(&rule_classes, number, as: rule_class.self) else { return false }
        let blocks = search.pointee.blocks & found.pointee.summary
        guard blocks != 0 else { return false }
        search.pointee.blocks = blocks
        place.pointee = number
        return true
    }

    /// Where the look-up of an address begins; packets without one are at their class already.
    @inline(__always)
    private func position(
        _ packet: UnsafeMutablePointer<PacketFields>, _ address: (high: UInt64, low: UInt64), _ ipv4: UInt32,
        _ ipv6: UInt32, _ absent: UInt32
    ) -> trie_position {
        let entry = packet.pointee.family == .none ? absent : packet.pointee.family == .ipv4 ? ipv4 : ipv6
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

    /// Fetches the classes, before the first run.
    @inline(__always)
    func begin(_ search: UnsafeMutablePointer<search>) {
        search.pointee.words = 0
        search.pointee.position = NO_POSITION
        every(search) { known, number in
            known.pointee = lookup(&rule_classes, number, as: rule_class.self)?.pointee ?? rule_class()
        }
    }

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
                guard blocks != 0, mayBeFirst(search, lowestBit(blocks)) else { return answer(search) }
                search.pointee.block = lowestBit(blocks)
                search.pointee.blocks = blocks & (blocks &- 1)
                enterBlock(search)
                if settings.pointee.block_words > 1 {
                    search.pointee.words = aggregate(search)
                    continue
                }
                take(search, 0, onlyWord(search))
                continue
            }
            search.pointee.words = words & (words &- 1)
            let word = lowestBit(words)
            take(search, word, commonRules(search, word))
        }
        return .unfinished
    }

    /// Whether the block has a rule before the one that was found; if not, no block that follows has.
    @inline(__always)
    private func mayBeFirst(_ search: UnsafeMutablePointer<search>, _ block: UInt32) -> Bool {
        guard search.pointee.position != NO_POSITION else { return true }
        guard let first = lookup(&rules, slot(block, 0), as: rule.self) else { return false }
        return first.pointee.position < search.pointee.position
    }

    /// Keeps the first of these rules of a word, unless one before it was found; the block is done with then.
    @inline(__always)
    private func take(_ search: UnsafeMutablePointer<search>, _ word: UInt32, _ common: UInt64) {
        guard common != 0 else { return }
        search.pointee.words = 0
        let slot = slot(search.pointee.block, word) &+ lowestBit(common)
        guard let found = lookup(&rules, slot, as: rule.self),
            found.pointee.position < search.pointee.position
        else { return }
        search.pointee.position = found.pointee.position
        search.pointee.rule = slot
    }

    @inline(__always)
    private func slot(_ block: UInt32, _ word: UInt32) -> UInt32 {
        (block &* settings.pointee.block_words &+ word) &* 64
    }

    @inline(__always)
    private func answer(_ search: UnsafeMutablePointer<search>) -> Answer {
        search.pointee.position == NO_POSITION ? .none : .found
    }

    /// Fetches the block that the search is at of each class that has several: as many stand before it as are set below
    /// its bit.
    @inline(__always)
    private func enterBlock(_ search: UnsafeMutablePointer<search>) {
        let below: UInt64 = (1 << UInt64(search.pointee.block & 63)) &- 1
        every(search) { known, _ in
            let summary = known.pointee.summary
            guard summary & (summary &- 1) != 0 else { return }
            let place = known.pointee.first &+ countBits(summary & below)
            known.pointee.block = lookup(&class_blocks, place, as: class_block.self)?.pointee ?? class_block()
        }
    }

    /// The rules of a block that is one word.
    @inline(__always)
    private func onlyWord(_ search: UnsafeMutablePointer<search>) -> UInt64 {
        var common: UInt64 = ~0
        every(search) { known, _ in common &= known.pointee.block.leaf }
        return common
    }

    @inline(__always)
    private func aggregate(_ search: UnsafeMutablePointer<search>) -> UInt64 {
        var words: UInt64 = ~0
        every(search) { known, _ in words &= known.pointee.block.aggregate }
        return words
    }

    @inline(__always)
    private func commonRules(_ search: UnsafeMutablePointer<search>, _ word: UInt32) -> UInt64 {
        var common: UInt64 = ~0
        every(search) { known, _ in
            let aggregate = known.pointee.block.aggregate
            if aggregate & (aggregate &- 1) == 0 {
                common &= known.pointee.block.leaf
                return
            }
            let leaf = UInt32(truncatingIfNeeded: known.pointee.block.leaf) &* settings.pointee.block_words
            common &= lookup(&leaf_words, leaf &+ word, as: UInt64.self)?.pointee ?? 0
        }
        return common
    }

    /// Calls `visit` with the class of each field that some rule names, and its number.
    @inline(__always)
    private func every(
        _ search: UnsafeMutablePointer<search>, _ visit: (UnsafeMutablePointer<rule_class>, UInt32) -> Void
    ) {
        if names(FIELD_SOURCE_ADDRESS) { visit(&search.pointee.classes.0, search.pointee.numbers.0) }
        if names(FIELD_DESTINATION_ADDRESS) { visit(&search.pointee.classes.1, search.pointee.numbers.1) }
        if names(FIELD_SOURCE_PORT) { visit(&search.pointee.classes.2, search.pointee.numbers.2) }
        if names(FIELD_DESTINATION_PORT) { visit(&search.pointee.classes.3, search.pointee.numbers.3) }
        if names(FIELD_PROTOCOL) { visit(&search.pointee.classes.4, search.pointee.numbers.4) }
        if names(FIELD_VLAN) { visit(&search.pointee.classes.5, search.pointee.numbers.5) }
        if names(FIELD_TCP_FLAGS) { visit(&search.pointee.classes.6, search.pointee.numbers.6) }
        if names(FIELD_DIRECTION) { visit(&search.pointee.classes.7, search.pointee.numbers.7) }
    }
}
