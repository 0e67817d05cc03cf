import Packets

/// What one option of a selection does to a packet, as far as it can be said without the kernel that counts.
public struct SelectionStep: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable {
        /// The packet passes.
        case passes
        /// No copy is sent.
        case stops
        /// A copy is sent, of which a part is left out.
        case shortens
        /// It depends on chance, on other packets, or on when the rule came into force.
        case depends
    }

    /// The option's name, on the command line and in rule files.
    public let option: String
    public let outcome: Outcome
    /// The outcome in words, with what it depends on.
    public let text: String
}

extension Selection {
    /// What the options do to a packet, in the order in which they apply.
    /// - Parameters:
    ///   - frame: The packet, as much of it as there is.
    ///   - length: Bytes that it had on the wire.
    ///   - now: The time at which it comes.
    ///   - samplingSeed: The seed of the mirror, if it is known.
    public func steps(_ frame: [UInt8], length: Int, now: PointInTime, samplingSeed: UInt64?) -> [SelectionStep] {
        var steps: [SelectionStep] = []
        if let at = end?.at {
            let time = PointInTime(nanoseconds: at)
            let isOver = now.nanoseconds >= at
            steps.append(
                .init(
                    option: "until", outcome: isOver ? .stops : .passes,
                    text: isOver ? "it ended at \(time)" : "it ends at \(time)"))
        }
        if let after = end?.after {
            steps.append(
                .init(option: "for", outcome: .depends, text: "it ends \(after.text) after the rule came into force"))
        }
        if let rate = samplingRate.flatMap(SamplingRate.init(oneOf:)) {
            steps.append(sampling(rate, frame, samplingSeed))
        }
        switch first {
        case .packets(let count):
            steps.append(
                .init(option: "first", outcome: .depends, text: "one of the first \(count) packets of its flow passes"))
        case .bytes(let count):
            let bytes = ByteCount(bytes: count)?.description ?? "0B"
            steps.append(
                .init(option: "first", outcome: .depends, text: "what is in the first \(bytes) of its flow passes"))
        case nil: break
        }
        if let budget = budget.flatMap(BitRate.init(bitsPerSecond:)) {
            steps.append(.init(option: "budget", outcome: .depends, text: "what fits into \(budget) passes"))
        }
        if let step = snapLength.map({ $0.step(length) }) { steps.append(step) }
        return steps
    }

    private func sampling(_ rate: SamplingRate, _ frame: [UInt8], _ seed: UInt64?) -> SelectionStep {
        func step(_ outcome: SelectionStep.Outcome, _ text: String) -> SelectionStep {
            .init(option: "sample", outcome: outcome, text: "\(rate)\(text)")
        }
        if rate.oneOf == 1 { return step(.passes, " keeps everything") }
        guard samplingUnit == .flow else { return step(.depends, ": one of \(rate.oneOf) packets passes, by chance") }
        guard let seed else {
            return step(.depends, ": all packets of one of \(rate.oneOf) flows pass; which, --sample-seed says")
        }
        let fields = PacketFields(frame: frame)
        // The kernel knows the flow of a later fragment if it saw the first one.
        let lacksPorts = fields.sourcePort == nil && fields.ipProtocol.map(IPProtocol.hasPorts) == true
        guard !lacksPorts, let flow = FlowIdentity(frame: frame) else {
            return step(.depends, ": it goes the way of its flow, which its ports would tell")
        }
        return flow.isSampled(oneOf: rate.oneOf, seed: seed)
            ? step(.passes, ": its flow is sampled with seed \(seed)")
            : step(.stops, ": its flow is not sampled with seed \(seed)")
    }
}

extension Selection.SnapLength {
    fileprivate func step(_ length: Int) -> SelectionStep {
        switch self {
        case .headers:
            .init(option: "snaplen", outcome: .shortens, text: "what is behind the transport header is left out")
        case .bytes(let most) where Int(most) < length:
            .init(option: "snaplen", outcome: .shortens, text: "\(most) of \(length) bytes are sent")
        case .bytes(let most):
            .init(option: "snaplen", outcome: .passes, text: "all \(length) bytes are sent, \(most) would be")
        }
    }
}
