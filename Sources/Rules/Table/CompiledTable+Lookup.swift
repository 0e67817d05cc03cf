import KernelABI
public import Packets

extension CompiledTable {
    /// The position of the first rule that matches, found as the kernel program finds it.
    public func lookup(_ fields: PacketFields, direction: Direction) -> Int? {
        firstRule(in: classes(of: fields, direction: direction)) { _ in true }
    }

    /// The class of each field that rules name, in the order of `enum field`.
    private func classes(of fields: PacketFields, direction: Direction) -> [Int] {
        var classes: [Int] = []
        func add(_ field: field, _ number: UInt32) {
            if settings.fields & 1 << field.rawValue != 0 { classes.append(Int(number)) }
        }
        let absent = settings.absent_class
        add(
            FIELD_SOURCE_ADDRESS,
            addressClass(fields.source, settings.ipv4_source_root, settings.ipv6_source_root, absent: absent.0))
        add(
            FIELD_DESTINATION_ADDRESS,
            addressClass(
                fields.destination, settings.ipv4_destination_root, settings.ipv6_destination_root, absent: absent.1))
        add(FIELD_SOURCE_PORT, smallClass(fields.sourcePort, FieldClasses.sourcePort, absent: absent.2))
        add(FIELD_DESTINATION_PORT, smallClass(fields.destinationPort, FieldClasses.destinationPort, absent: absent.3))
        add(FIELD_PROTOCOL, smallClass(fields.ipProtocol, FieldClasses.protocol, absent: absent.4))
        add(FIELD_VLAN, smallClass(fields.vlan, FieldClasses.vlan, absent: absent.5))
        add(FIELD_TCP_FLAGS, smallClass(fields.tcpFlags, FieldClasses.tcpFlags, absent: absent.6))
        add(
            FIELD_DIRECTION,
            direction == .ingress ? settings.direction_class.0 : settings.direction_class.1)
        return classes
    }

    func smallClass(_ value: (some BinaryInteger)?, _ place: Range<Int>, absent: UInt32) -> UInt32 {
        value.map { fieldClasses[place.lowerBound + Int($0)] } ?? absent
    }

    func addressClass(_ address: IPAddress?, _ ipv4: UInt32, _ ipv6: UInt32, absent: UInt32) -> UInt32 {
        switch address {
        case .ipv4(let value): walk(UInt128(value) << 96, from: ipv4)
        case .ipv6(let value): walk(value, from: ipv6)
        case nil: absent
        }
    }

    /// Walks a trie; at most 16 steps, since each takes at least one of 16 bytes.
    private func walk(_ address: UInt128, from root: UInt32) -> UInt32 {
        var (key, entry) = (address, root)
        for _ in 0..<16 {
            let index = Int(entry & UInt32(TRIE_INDEX))
            switch entry & UInt32(TRIE_KIND) {
            case UInt32(TRIE_BLOCK):
                entry = trieBlocks[index * 256 + Int(key >> 120)]
                key <<= 8
            case UInt32(TRIE_PATH):
                let path = triePaths[index]
                guard UInt64(key >> 64) & path.mask == path.bytes else { return path.miss }
                entry = path.child
                key <<= UInt128(path.length * 8)
            default:
                return entry
            }
        }
        return entry
    }

    /// The first rule of the list that is in all classes and fulfils the condition.
    func firstRule(in classes: [Int], where condition: (Int) -> Bool) -> Int? {
        var blocks = classes.reduce(UInt64.max) { $0 & self.classes[$1].summary }
        var best: Int?
        while blocks != 0 {
            let block = blocks.trailingZeroBitCount
            blocks &= blocks - 1
            // Blocks ascend by their first rules.
            if let best, best < positions[block * Int(settings.block_words) * 64] { break }
            if let found = firstRule(in: block, of: classes, where: condition), found < best ?? .max { best = found }
        }
        return best
    }

    private func firstRule(in block: Int, of classes: [Int], where condition: (Int) -> Bool) -> Int? {
        let parts = classes.map { self.block(block, of: self.classes[$0]) }
        var words = parts.reduce(UInt64.max) { $0 & $1.aggregate }
        while words != 0 {
            let word = words.trailingZeroBitCount
            words &= words - 1
            var rules = UInt64.max
            for part in parts where rules != 0 { rules &= self.word(word, of: part) }
            while rules != 0 {
                let slot = (block * Int(settings.block_words) + word) * 64 + rules.trailingZeroBitCount
                if condition(Int(positions[slot])) { return Int(positions[slot]) }
                rules &= rules - 1
            }
        }
        return nil
    }

    /// A block that the class has.
    private func block(_ block: Int, of rules: rule_class) -> class_block {
        guard rules.summary.nonzeroBitCount > 1 else { return rules.block }
        let below = rules.summary & ((1 << UInt64(block)) - 1)
        return classBlocks[Int(rules.first) + below.nonzeroBitCount]
    }

    private func word(_ word: Int, of block: class_block) -> UInt64 {
        block.aggregate & (block.aggregate &- 1) == 0
            ? block.leaf : leaves[Int(block.leaf) * Int(settings.block_words) + word]
    }
}
