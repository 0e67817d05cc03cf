extension SenderAccount {
    /// Of all copies.
    var counts: RuleCounts {
        sequences.reduce(into: forgotten) { $0.add($1.counts) }
    }

    /// By rule, the lowest number first; what there was no room for is the last.
    var rules: [CollectorSnapshot.Rule] {
        var sums = totals.rules
        for sequence in sequences {
            for rule in sequence.rules { sums[rule.rule, default: RuleCounts()].add(sequence.counts(of: rule)) }
        }
        var rules = sums.sorted { $0.key < $1.key }.map { CollectorSnapshot.Rule($0, $1) }
        let others = totals.others
        if others.received + others.duplicated > 0 { rules.append(CollectorSnapshot.Rule(nil, others)) }
        return rules
    }

    /// By stream and target, in the order in which they came.
    var streams: [CollectorSnapshot.Stream] {
        struct Place: Hashable {
            var stream: UInt32
            var target: UInt8
        }
        var streams: [CollectorSnapshot.Stream] = []
        var places: [Place: Int] = [:]
        for sequence in sequences {
            let place = Place(stream: sequence.key.stream, target: sequence.key.target)
            let index = places[place] ?? streams.count
            if index == streams.count {
                places[place] = index
                streams.append(CollectorSnapshot.Stream(stream: place.stream, target: place.target))
            }
            streams[index].add(sequence)
        }
        return streams
    }
}

extension CollectorSnapshot.Rule {
    fileprivate init(_ rule: UInt32?, _ counts: RuleCounts) {
        self.init(
            rule: rule, received: counts.received, lost: counts.lost, reordered: counts.reordered,
            duplicated: counts.duplicated, represents: counts.represents)
    }
}

extension CollectorSnapshot.Stream {
    fileprivate init(stream: UInt32, target: UInt8) {
        self.init(
            stream: stream, target: target, received: 0, lost: 0, lostOfNoRule: 0, reordered: 0, duplicated: 0)
    }

    fileprivate mutating func add(_ sequence: CopySequence) {
        let counts = sequence.counts
        received += counts.received
        lost += counts.lost
        reordered += counts.reordered
        duplicated += counts.duplicated
        lostOfNoRule += sequence.lostOfNoRule
    }
}
