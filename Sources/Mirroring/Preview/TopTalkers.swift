public import Packets

/// A flow among those with the most bytes.
public struct TopFlow: Hashable, Sendable {
    /// From where to where its first packet went; nil of what is not IP.
    public var source: IPAddress?
    public var destination: IPAddress?
    /// nil of protocols without ports.
    public var sourcePort: UInt16?
    public var destinationPort: UInt16?
    public var ipProtocol: UInt8?
    /// Of both directions, under all rules.
    public var tally: Tally
}

/// An address among those with the most bytes.
public struct TopHost: Hashable, Sendable {
    public var address: IPAddress
    /// Flows that it is an end of.
    public var flows: Int
    /// Sent and received.
    public var tally: Tally
}

/// Who the most bytes are of.
struct TopTalkers {
    let flows: [TopFlow]
    let hosts: [TopHost]

    /// - Parameter count: how many of each.
    init(_ accounts: [FlowAccount], count: Int) {
        var flows: [UInt64: FlowAccount] = [:]
        for account in accounts {
            guard let other = flows[account.flow] else {
                flows[account.flow] = account
                continue
            }
            var sum = account.rule < other.rule ? account : other
            sum.tally = account.tally
            sum.tally += other.tally
            flows[account.flow] = sum
        }
        var hosts: [IPAddress: TopHost] = [:]
        for account in flows.values {
            for address in Set([account.source, account.destination].compactMap(\.self)) {
                hosts[address, default: TopHost(address: address, flows: 0, tally: Tally())].flows += 1
                hosts[address]?.tally += account.tally
            }
        }
        self.flows = flows.values.sorted { left, right in
            (right.tally.bytes, right.tally.packets, left.flow) < (left.tally.bytes, left.tally.packets, right.flow)
        }.prefix(count).map(TopFlow.init)
        self.hosts = Array(
            hosts.values.sorted { left, right in
                left.tally.bytes != right.tally.bytes
                    ? left.tally.bytes > right.tally.bytes : left.address < right.address
            }.prefix(count))
    }
}

extension TopFlow {
    fileprivate init(_ account: FlowAccount) {
        let isIP = account.source != nil
        let hasPorts = account.sourcePort != 0 || account.destinationPort != 0
        self.init(
            source: account.source, destination: account.destination,
            sourcePort: hasPorts ? account.sourcePort : nil, destinationPort: hasPorts ? account.destinationPort : nil,
            ipProtocol: isIP ? account.ipProtocol : nil, tally: account.tally)
    }
}
