import KernelABI
import Packets
import Rules
import TestSupport
import Testing

/// What the kernel program relies on without looking.
struct TableStructureTests {
    @Test(arguments: RuleGenerator.Kind.allCases)
    func `every number is in range and every set is kept once`(kind: RuleGenerator.Kind) throws {
        for (seed, count) in [(1, 1), (2, 64), (3, 65), (4, 300), (5, 4_096), (6, 4_500)] {
            var generator = RuleGenerator(seed: UInt64(seed), kind: kind)
            try check(CompiledTable(RuleList(generator.rules(count))), rules: count, "seed \(seed), \(kind)")
        }
    }

    @Test
    func `a list without rules, or without fields, is looked up by its direction`() throws {
        let empty = CompiledTable(try RuleList([]))
        check(empty, rules: 0, "no rules")
        #expect(empty.lookup(PacketFields(), direction: .ingress) == nil)
        let all = CompiledTable(try RuleList([Rule(name: "all")]))
        check(all, rules: 1, "all")
        #expect(all.lookup(PacketFields(), direction: .egress) == 0)
        for table in [empty, all] {
            #expect(table.settings.fields == 1 << FIELD_DIRECTION.rawValue)
            #expect(table.classes.count == 1)
            #expect(table.trieBlocks.count == 256)
            #expect(table.triePaths.count == 1)
            #expect(table.leaves.count == 1)
            #expect(table.positions.count == 1)
        }
    }

    @Test
    func `fields that no rule names cost nothing`() throws {
        let rules = [
            Rule(name: "a", destinationPorts: [53...53]),
            Rule(name: "b", action: .skip, destinationPorts: [80...90]),
        ]
        let table = CompiledTable(try RuleList(rules))
        #expect(table.settings.fields == 1 << FIELD_DESTINATION_PORT.rawValue)
        // All rules (of fields that are not named), none, the first, the second.
        #expect(table.classes.count == 4)
        #expect(table.settings.ipv4_source_root & UInt32(TRIE_KIND) == TRIE_CLASS)
    }

    @Test
    func `sets are shared between fields, and leaves between classes`() throws {
        // Rule n names the same nothing else in source and destination: 200 sets for 400 networks.
        let rules = try (0..<200).map { number in
            let network = try CIDR("10.0.\(number).0/24")
            return Rule(name: "\(number)", sources: [network], destinations: [network])
        }
        let table = CompiledTable(try RuleList(rules))
        // Each single rule, no rule, and all rules for the fields that are not named.
        #expect(table.classes.count == 202)
        // Words of their own, and none of them a leaf: there is one to a block.
        #expect(table.leaves.count == 1)
        // One hundred wide rules repeat in every block: their leaf is the same one.
        let wide = (0..<8192).map { number in
            number % 64 < 2
                ? Rule(name: "\(number)") : Rule(name: "\(number)", vlans: [.identifier(UInt16(number % 4096))])
        }
        let repeated = CompiledTable(try RuleList(wide))
        let absent = Int(repeated.settings.absent_class.5)
        #expect(repeated.settings.block_words == 2)
        let blocks = Array(repeated.classBlocks[Int(repeated.classes[absent].first)...].prefix(64))
        #expect(blocks.count == 64 && blocks.allSatisfy { $0.aggregate == 3 && $0.leaf == blocks[0].leaf })
    }

    @Test
    func `sets of one hash stay two sets`() throws {
        // Of 65 numbers of 64 bits some have the exclusive or 0: put half of them in one set, half in another, and
        // both have the same hash. The keys are those of ClassBuilder, of every third place of a block.
        var basis: [(value: UInt64, members: Set<Int>)] = []
        var same: [Int] = []
        for place in stride(from: 0, to: 195, by: 3) {
            var generator = SeededGenerator(seed: UInt64(place) &* 0x9e37_79b9_7f4a_7c15)
            var (value, members) = (generator.next(), Set([place]))
            for element in basis where value ^ element.value < value {
                value ^= element.value
                members.formSymmetricDifference(element.members)
            }
            if value == 0 { same = members.sorted() } else { basis.append((value, members)) }
            basis.sort { $0.value > $1.value }
        }
        try #require(same.count > 8)
        let half = same.prefix(same.count / 2)
        let rules = (0..<195).map { number in
            let port: UInt16 = half.contains(number) ? 1 : same.contains(number) ? 2 : 3
            return Rule(name: "\(number)", destinationPorts: [port...port])
        }
        let table = CompiledTable(try RuleList(rules))
        // All rules, none, and one set a port.
        #expect(table.classes.count == 5)
        var fields = PacketFields()
        for (port, first) in [(1, same[0]), (2, same[half.count])] {
            fields.destinationPort = UInt16(port)
            #expect(table.lookup(fields, direction: .ingress) == first)
        }
    }

    @Test
    func `the last of as many rules as a list can have is found`() throws {
        let rules = (0..<RuleList.maximumCount).map { number in
            Rule(
                name: "\(number)", destinations: [CIDR(.ipv4(UInt32(number) << 3))],
                direction: number == RuleList.maximumCount - 1 ? .egress : nil)
        }
        let table = CompiledTable(try RuleList(rules))
        var fields = PacketFields()
        (fields.source, fields.destination) = (.ipv4(1), .ipv4(UInt32(RuleList.maximumCount - 1) << 3))
        fields.ipProtocol = 6
        #expect(table.settings.block_words == MAX_BLOCK_WORDS)
        #expect(table.lookup(fields, direction: .egress) == RuleList.maximumCount - 1)
        #expect(table.lookup(fields, direction: .ingress) == nil)
        let error = #expect(throws: RulesError.self) { try RuleList(rules + [Rule(name: "one more")]) }
        #expect(error?.code == .tooManyRules)
    }

    @Test
    func `a list takes over the blocks' length from the one before where that is nearly as good`() throws {
        func list(_ count: Int, sources: Int) throws -> RuleList {
            try RuleList(
                (0..<count).map { number in
                    let network = [CIDR(.ipv4(UInt32(number) << 3))]
                    return Rule(
                        name: "\(number)", sources: number < sources ? network : [],
                        destinations: number < sources ? [] : network)
                })
        }
        // 64 blocks of three words, or sources and destinations in blocks of their own of four.
        let (one, other) = (try list(12_288, sources: 0), try list(12_288, sources: 100))
        let (first, second) = (CompiledTable(one), CompiledTable(other))
        #expect(first.settings.block_words == 3 && second.settings.block_words == 4)
        #expect(CompiledTable(other, for: first.settings).settings.block_words == 3)
        #expect(CompiledTable(one, for: second.settings).settings.block_words == 4)
        // Not where there would be more than 64 of them, or far fewer.
        #expect(CompiledTable(try list(12_289, sources: 0), for: first.settings).settings.block_words == 4)
        #expect(CompiledTable(try list(300, sources: 0), for: first.settings).settings.block_words == 1)
        var fields = PacketFields()
        (fields.source, fields.destination) = (.ipv4(99 << 3), .ipv4(200 << 3))
        for table in [second, CompiledTable(other, for: first.settings)] {
            #expect(table.lookup(fields, direction: .ingress) == 99)
        }
    }

    @Test(arguments: RuleGenerator.Kind.allCases)
    func `what becomes of a rule's packets stands in its slot`(kind: RuleGenerator.Kind) throws {
        var generator = RuleGenerator(seed: 11, kind: kind)
        let list = try RuleList(generator.rules(300))
        let table = CompiledTable(list)
        let entries = table.arranged(
            list.rules.enumerated().map { rule($1.action, selection: UInt32($0 + 1), number: UInt32($0)) })
        try #require(entries.count == table.positions.count)
        for (entry, position) in zip(entries, table.positions) {
            #expect(entry.position == position)
            let expected = position == NO_POSITION ? nil : list.rules[Int(position)]
            #expect(entry.action == UInt8(expected?.action.rawValue ?? 0))
            #expect(entry.selection == (expected == nil ? 0 : position + 1))
            #expect(entry.number == (expected == nil ? 0 : position))
        }
    }

    @Test
    func `two rules of one name make no list`() {
        let error = #expect(throws: RulesError.self) { try RuleList([Rule(name: "a"), Rule(name: "a")]) }
        #expect(error?.code == .duplicateName)
    }

    @Test
    func `VLAN identifiers that no tag can hold match nothing`() throws {
        let rule = Rule(name: "a", vlans: [.identifiers(4095...65535), .identifiers(5000...6000)])
        let list = try RuleList([rule, Rule(name: "b", vlans: [.identifier(5000)])])
        let table = CompiledTable(list)
        var fields = PacketFields()
        for (vlan, expected) in [(nil, nil), (4094, nil), (4095, 0)] as [(UInt16?, Int?)] {
            fields.vlan = vlan
            #expect(table.lookup(fields, direction: .ingress) == expected)
        }
        #expect(list.uselessRules(table).map(\.rule) == [1])
    }

    private func check(_ table: CompiledTable, rules: Int, _ comment: String) {
        let settings = table.settings
        let classes = table.classes.count
        let blockWords = Int(settings.block_words)
        let least = max(1, (rules + 4095) / 4096)
        #expect(blockWords == least || least > 1 && blockWords == least + 1, "\(comment)")
        checkSlots(table.positions, rules, size: blockWords * 64, comment)
        #expect(settings.fields != 0 && settings.fields < 1 << FIELD_COUNT.rawValue, "\(comment)")
        #expect(table.fieldClasses.count * 4 == MemoryLayout<field_classes>.size)
        #expect(table.fieldClasses.allSatisfy { $0 < classes }, "\(comment)")
        let absent = withUnsafeBytes(of: settings.absent_class) { Array($0.bindMemory(to: UInt32.self)) }
        #expect((absent + [settings.direction_class.0, settings.direction_class.1]).allSatisfy { $0 < classes })

        for (root, bytes) in [
            (settings.ipv4_source_root, 4), (settings.ipv4_destination_root, 4), (settings.ipv6_source_root, 16),
            (settings.ipv6_destination_root, 16),
        ] {
            #expect(walks(table, from: root, bytes: bytes), "\(comment)")
        }

        let blocks = table.classes.reduce(0) { $0 + ($1.summary.nonzeroBitCount == 1 ? 0 : $1.summary.nonzeroBitCount) }
        #expect(table.classBlocks.count == max(1, blocks), "\(comment)")
        #expect(table.leaves.count % blockWords == 0 || table.leaves == [0])
        var sets = Set<[UInt64]>()
        var next = 0
        for number in 0..<classes {
            let (summary, first) = (table.classes[number].summary, Int(table.classes[number].first))
            #expect(first == next && table.classes[number].reserved == 0, "\(comment)")
            let isOnly = summary.nonzeroBitCount == 1
            next += isOnly ? 0 : summary.nonzeroBitCount
            let set = (0..<64).flatMap { block in
                guard summary >> UInt64(block) & 1 == 1 else { return Array(repeating: UInt64(0), count: blockWords) }
                let place = first + (summary & ((1 << UInt64(block)) - 1)).nonzeroBitCount
                return words(table, isOnly ? table.classes[number].block : table.classBlocks[place])
            }
            #expect(
                set.indices.allSatisfy { word in
                    (0..<64).allSatisfy { bit in
                        let slot = word * 64 + bit
                        return set[word] >> UInt64(bit) & 1 == 0
                            || slot < table.positions.count && table.positions[slot] != NO_POSITION
                    }
                })
            #expect(sets.insert(set).inserted, "\(comment): class \(number) is twice in the table")
        }
        guard table.leaves != [0] else { return }
        let leaves = Set(
            stride(from: 0, to: table.leaves.count, by: blockWords).map { Array(table.leaves[$0..<$0 + blockWords]) })
        #expect(leaves.count == table.leaves.count / blockWords, "\(comment)")
    }

    /// Each rule has one slot; within a block rules ascend, and so do the blocks by their first rules, which are there.
    private func checkSlots(_ positions: [UInt32], _ rules: Int, size: Int, _ comment: String) {
        #expect(positions.filter { $0 != NO_POSITION }.sorted() == (0..<UInt32(rules)).map { $0 }, "\(comment)")
        let blocks = stride(from: 0, to: positions.count, by: size).map {
            positions[$0..<min($0 + size, positions.count)]
        }
        #expect(blocks.count <= MAX_BLOCKS && blocks.allSatisfy { $0.sorted() == Array($0) }, "\(comment)")
        let firsts = blocks.compactMap(\.first)
        #expect(firsts == firsts.sorted() && (rules == 0 || !firsts.contains(UInt32(NO_POSITION))), "\(comment)")
    }

    /// The words of a class's block, which has some, with the aggregate checked against them.
    private func words(_ table: CompiledTable, _ block: class_block) -> [UInt64] {
        let count = Int(table.settings.block_words)
        var words = Array(repeating: UInt64(0), count: count)
        #expect(block.aggregate != 0)
        if block.aggregate.nonzeroBitCount == 1 {
            words[block.aggregate.trailingZeroBitCount] = block.leaf
        } else if block.aggregate != 0 {
            words = Array(table.leaves[Int(block.leaf) * count..<(Int(block.leaf) + 1) * count])
        }
        #expect(words.indices.allSatisfy { (block.aggregate >> UInt64($0) & 1 == 1) == (words[$0] != 0) })
        return words
    }

    /// Whether every way down from the entry ends in a class before the address does.
    private func walks(_ table: CompiledTable, from entry: UInt32, bytes: Int) -> Bool {
        let index = Int(entry & UInt32(TRIE_INDEX))
        switch entry & UInt32(TRIE_KIND) {
        case UInt32(TRIE_CLASS):
            return index < table.classes.count
        case UInt32(TRIE_BLOCK):
            guard bytes >= 1, index * 256 < table.trieBlocks.count else { return false }
            return Set(table.trieBlocks[index * 256..<index * 256 + 256]).allSatisfy {
                walks(table, from: $0, bytes: bytes - 1)
            }
        case UInt32(TRIE_PATH):
            guard index < table.triePaths.count else { return false }
            let path = table.triePaths[index]
            // The mask is of leading bits and within the path's bytes, so no byte beyond the address is compared.
            let bits = path.mask.nonzeroBitCount
            guard (1...8).contains(path.length), path.mask.leadingZeroBitCount == 0, bits <= path.length * 8,
                bits > path.length * 8 - 8, path.mask.trailingZeroBitCount == 64 - bits,
                path.bytes & ~path.mask == 0, path.reserved == 0, path.miss & UInt32(TRIE_KIND) == TRIE_CLASS,
                path.miss < table.classes.count, Int(path.length) <= bytes
            else { return false }
            // A path that ends within a byte has nothing left to tell apart.
            guard bits % 8 == 0 || path.child & UInt32(TRIE_KIND) == TRIE_CLASS else { return false }
            return walks(table, from: path.child, bytes: bytes - Int(path.length))
        default:
            return false
        }
    }
}
