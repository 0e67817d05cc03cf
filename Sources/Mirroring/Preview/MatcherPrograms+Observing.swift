import BPF
import KernelABI
import Packets

extension MatcherPrograms {
    /// All packets that the surveying programs have counted.
    func surveyed(at hooks: [Hook]) throws(BPFError) -> Tally {
        let counts = try PerCPUArrayMap(maps.map(named: "surveyed"), of: tally.self)
        var sum = Tally()
        for hook in hooks {
            for count in try counts.values(at: hook.slot) { sum += Tally(packets: count.packets, bytes: count.bytes) }
        }
        return sum
    }

    /// What there is of each flow under each rule.
    func flowAccounts() throws(BPFError) -> [FlowAccount] {
        let observations = try HashMap(
            maps.map(named: "observations"), of: (observation_key.self, observation.self))
        return try observations.entries().map { FlowAccount($0.key, $0.value) }
    }
}

extension FlowAccount {
    fileprivate init(_ key: observation_key, _ value: observation) {
        self.init(
            flow: key.flow, rule: Int(key.rule), source: IPAddress(trieKey: value.source, value.family),
            destination: IPAddress(trieKey: value.destination, value.family), sourcePort: value.source_port,
            destinationPort: value.destination_port, ipProtocol: value.ip_protocol,
            tally: Tally(packets: value.packets, bytes: value.bytes), headerBytes: value.header_bytes,
            bytesOf128: value.bytes_of_128, bytesOf256: value.bytes_of_256)
    }
}

extension IPAddress {
    /// An address as the tables have it (struct observation); nil for what is not IP.
    fileprivate init?(trieKey key: (UInt64, UInt64), _ family: UInt8) {
        switch family {
        case 4: self = .ipv4(UInt32(truncatingIfNeeded: key.0 >> 32))
        case 6: self = .ipv6(UInt128(key.0) << 64 | UInt128(key.1))
        default: return nil
        }
    }
}
