/// The copies of one rule in one generation, of one stream, target and CPU.
///
/// Which of them are late or duplicates the sequence of all copies has said already, so no window is needed here: what
/// is lost is what is missing between the first number and the highest.
struct RuleSequence {
    let rule: UInt32
    let generation: UInt8
    private(set) var counts = RuleCounts()
    /// Continued to 64 bits, as in `SequenceSpace`; nil before the first.
    private var earliest: Int64?
    private var latest: Int64 = 0

    init(rule: UInt32, generation: UInt8) {
        self.rule = rule
        self.generation = generation
    }

    mutating func receive(_ number: UInt32, _ arrival: SequenceSpace.Arrival, represents: UInt32) {
        counts.count(arrival, represents: represents)
        guard arrival != .duplicate else { return }
        guard let earliest else {
            earliest = Int64(number)
            latest = Int64(number)
            return
        }
        let place = latest + Int64(Int32(bitPattern: number &- UInt32(truncatingIfNeeded: latest)))
        latest = max(latest, place)
        self.earliest = min(earliest, place)
    }

    /// What was counted, and lost: missing from the earliest number on, or from 0 where it is known that nothing came
    /// before the collector looked.
    func counts(fromZero: Bool) -> RuleCounts {
        guard let earliest else { return counts }
        var counts = counts
        let span = latest - (fromZero ? min(0, earliest) : earliest) + 1
        // Numbers that contradict themselves, as only a forger sends them, lose nothing.
        counts.lost = UInt64(max(0, span - Int64(clamping: counts.received)))
        return counts
    }
}

/// What came of one rule's copies.
struct RuleCounts {
    var received: UInt64 = 0
    var lost: UInt64 = 0
    var reordered: UInt64 = 0
    var duplicated: UInt64 = 0
    /// How many packets the received copies stand for: the sum of their sampling rates.
    var represents: UInt64 = 0

    mutating func count(_ arrival: SequenceSpace.Arrival, represents rate: UInt32) {
        switch arrival {
        case .duplicate: duplicated += 1
        case .late: reordered += 1
        case .next: break
        }
        guard arrival != .duplicate else { return }
        received += 1
        represents += UInt64(max(1, rate))
    }

    mutating func add(_ other: RuleCounts) {
        received += other.received
        lost += other.lost
        reordered += other.reordered
        duplicated += other.duplicated
        represents += other.represents
    }
}
