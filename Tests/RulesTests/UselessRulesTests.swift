import Packets
import Rules
import TestSupport
import Testing

struct UselessRulesTests {
    /// Packets of a space so small that all of them can be asked, and rules about it.
    private struct SmallSpace {
        /// One of every region that the networks cut the addresses into; likewise below.
        static let addresses: [IPAddress] = [
            .ipv4(0x0a00_0000), .ipv4(0x0a00_0001), .ipv4(0x0a00_0002), .ipv4(0x0b00_0000),
            .ipv6(0), .ipv6(3), .ipv6(4), .ipv6(1 << 127),
        ]
        static let networks: [CIDR] = [
            RuleGenerator.prefix(.ipv4(0), 0), RuleGenerator.prefix(.ipv4(0x0a00_0000), 31),
            RuleGenerator.prefix(.ipv4(0x0a00_0001), 32), RuleGenerator.prefix(.ipv4(0x0b00_0000), 32),
            RuleGenerator.prefix(.ipv6(0), 0), RuleGenerator.prefix(.ipv6(0), 126),
            RuleGenerator.prefix(.ipv6(3), 128), RuleGenerator.prefix(.ipv6(1 << 127), 128),
        ]
        static let ports: [ClosedRange<UInt16>] = [0...65535, 0...0, 0...1, 1...1, 1...65535, 2...65535, 3...65535]
        static let protocols: [UInt8] = [1, 6, 17]
        static let vlans: [VLANSelector] = [.untagged, .identifier(7), .identifiers(0...4095)]
        static let flags: [TCPFlags] = [[], .syn, .ack, [.syn, .ack]]

        /// Every packet that differs in something a rule can name here; fields depend on each other as in real ones.
        static let packets: [(fields: PacketFields, direction: Direction)] = {
            var all: [PacketFields] = []
            for vlan: UInt16? in [nil, 0, 7] {
                var fields = PacketFields()
                fields.vlan = vlan
                all.append(fields)
                for source in addresses {
                    for destination in addresses where source.bitWidth == destination.bitWidth {
                        (fields.source, fields.destination) = (source, destination)
                        all += transports(fields)
                    }
                }
            }
            return Direction.allCases.flatMap { direction in all.map { ($0, direction) } }
        }()

        private static func transports(_ fields: PacketFields) -> [PacketFields] {
            var all: [PacketFields] = []
            for number: UInt8 in [1, 6, 17, 89, 132] {
                var fields = fields
                fields.ipProtocol = number
                all.append(fields)
                guard [6, 17, 132].contains(number) else { continue }
                for ports in UInt16(0)..<16 {
                    (fields.sourcePort, fields.destinationPort, fields.tcpFlags) = (ports / 4, ports % 4, nil)
                    all.append(fields)
                    guard number == 6 else { continue }
                    for flags in flags {
                        fields.tcpFlags = flags.rawValue
                        all.append(fields)
                    }
                }
            }
            return all
        }

        static func rules(_ count: Int, _ random: inout SeededGenerator) -> [Rule] {
            func some<Element>(_ choices: [Element], of chance: Int) -> [Element] {
                guard random.once(in: chance) else { return [] }
                return (0..<random.pick([1, 1, 1, 2, 3])).map { _ in random.pick(choices) }
            }
            return (0..<count).map { number in
                var rule = Rule(name: "\(number)")
                rule.sources = some(networks, of: 2)
                rule.destinations = some(networks, of: 3)
                rule.sourcePorts = some(ports, of: 4)
                rule.destinationPorts = some(ports, of: 4)
                rule.protocols = some(protocols, of: 3)
                rule.vlans = some(vlans, of: 3)
                if random.once(in: 4) {
                    let set = random.pick(flags)
                    rule.tcpFlags = TCPFlagsSelector(set: set, unset: random.pick(flags))
                }
                if random.once(in: 4) { rule.direction = random.pick(Direction.allCases) }
                return rule
            }
        }
    }

    @Test
    func `a warning is true of every packet, and the earliest hiding rule is named`() throws {
        var (hidden, impossible, alone) = (0, 0, 0)
        for seed in UInt64(0)..<25 {
            var random = SeededGenerator(seed: seed)
            let list = try RuleList(SmallSpace.rules(12, &random))
            // For each rule the packets it matches, by number.
            let matched = list.rules.map { rule in
                Set(
                    SmallSpace.packets.indices.filter {
                        rule.matches(SmallSpace.packets[$0].fields, direction: SmallSpace.packets[$0].direction)
                    })
            }
            let found = Dictionary(
                uniqueKeysWithValues: list.uselessRules(CompiledTable(list)).map { ($0.rule, $0.why) })
            for rule in list.rules.indices {
                let earlier = (0..<rule).first { matched[$0].isSuperset(of: matched[rule]) }
                switch found[rule] {
                case .hidden(let by):
                    hidden += 1
                    #expect(earlier == by, "seed \(seed): \(list.rules[rule]) hidden by \(list.rules[by])")
                case .impossible:
                    impossible += 1
                    #expect(matched[rule].isEmpty, "seed \(seed): \(list.rules[rule])")
                case nil:
                    alone += 1
                    // The space has a packet at every edge that rules here can have, so it misses nothing either.
                    let by = earlier.map { "\(list.rules[$0])" } ?? ""
                    #expect(earlier == nil, "seed \(seed): \(list.rules[rule]) is hidden by \(by)")
                }
            }
        }
        #expect(hidden > 25 && impossible > 10 && alone > 50, "\(hidden) \(impossible) \(alone)")
    }

    @Test
    func `a rule with a hole hides nothing that lies in it`() throws {
        func network(_ text: String) throws -> CIDR { try CIDR(text) }
        let ports: [ClosedRange<UInt16>] = [10...10, 20...20, 30...30, 40...40, 50...50]
        let pairs = [
            (Rule(name: "a", sourcePorts: [0...0, 2...2]), Rule(name: "b", sourcePorts: [0...2])),
            (Rule(name: "a", destinationPorts: Array(ports.dropLast())), Rule(name: "b", destinationPorts: ports)),
            (Rule(name: "a", vlans: [.identifier(5), .identifier(9)]), Rule(name: "b", vlans: [.identifiers(5...9)])),
            (
                Rule(name: "a", sources: [try network("10.0.0.0"), try network("10.0.0.3")]),
                Rule(name: "b", sources: [try network("10.0.0.0/30")])
            ),
            (
                Rule(name: "a", destinations: [try network("::"), try network("::2/127")]),
                Rule(name: "b", destinations: [try network("::/126")])
            ),
        ]
        for (earlier, later) in pairs {
            let list = try RuleList([earlier, later])
            #expect(list.uselessRules(CompiledTable(list)).isEmpty, "\(earlier)")
            let turned = try RuleList([later, earlier])
            #expect(turned.uselessRules(CompiledTable(turned)).map(\.rule) == [1], "\(earlier)")
        }
    }

    @Test
    func `among thousands of rules the earlier one matches what the hidden one matches`() throws {
        var generator = RuleGenerator(seed: 77, kind: .crowded)
        let list = try RuleList(generator.rules(3_000))
        let found = list.uselessRules(CompiledTable(list))
        #expect(found.count > 100)
        var asked = 0
        for (rule, why) in found {
            guard case .hidden(let by) = why else { continue }
            // Whatever the later rule matches the earlier one matches.
            for _ in 0..<20 {
                let (fields, direction) = generator.packet(near: [list.rules[rule]])
                guard isPossible(fields), list.rules[rule].matches(fields, direction: direction) else { continue }
                asked += 1
                #expect(list.rules[by].matches(fields, direction: direction))
            }
        }
        #expect(asked > 1000)
    }

    /// Whether a packet can have these fields together: the generator combines them freely.
    private func isPossible(_ fields: PacketFields) -> Bool {
        let havePorts: [UInt8] = [6, 17, 33, 132, 136]
        let hasPorts = fields.sourcePort != nil || fields.destinationPort != nil
        return fields.source?.bitWidth == fields.destination?.bitWidth
            && (!hasPorts || havePorts.contains(fields.ipProtocol ?? 0)) && (fields.tcpFlags == nil || hasPorts)
    }
}
