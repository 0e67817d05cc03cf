internal import Packets

/// Everything that the metadata of one sender's copies tell: what was lost, reordered and duplicated, by stream and rule.
struct SenderAccount {
    private(set) var sequences: [CopySequence] = []
    private(set) var totals = RuleTotals()
    /// Sums of sequences that were forgotten to make room for new ones.
    private(set) var forgotten = RuleCounts()
    private var numbers: [CopySequence.Key: Int] = [:]
    private var last = 0
    /// Where the search for a sequence to forget goes on.
    private var hand = 0

    /// Takes a copy; `room` is what all senders share.
    mutating func receive(_ copy: CopyMetadata, room: inout AccountingRoom) -> SequenceSpace.Arrival {
        guard let number = number(CopySequence.Key(copy), room: &room) else {
            // Without a sequence it is not known what is missing, or twice.
            totals.count(copy, .next, room: &room)
            forgotten.count(.next, represents: copy.samplingRate)
            return .next
        }
        return sequences[number].receive(copy, totals: &totals, room: &room)
    }

    private mutating func number(_ key: CopySequence.Key, room: inout AccountingRoom) -> Int? {
        if last < sequences.count, sequences[last].key == key { return last }
        if let number = numbers[key] {
            last = number
        } else if sequences.count < AccountingRoom.sequencesOfSender, room.takeSequence() {
            last = sequences.count
            sequences.append(CopySequence(key))
            numbers[key] = last
        } else {
            guard !sequences.isEmpty else { return nil }
            last = forget(room: &room)
            sequences[last] = CopySequence(key)
            numbers[key] = last
        }
        return last
    }

    /// Makes place: sums up a sequence that has been quiet, or the one whose turn it is, and gives its place.
    private mutating func forget(room: inout AccountingRoom) -> Int {
        while sequences[hand].isRecent {
            sequences[hand].isRecent = false
            hand = (hand + 1) % sequences.count
        }
        let place = hand
        hand = (hand + 1) % sequences.count
        numbers[sequences[place].key] = nil
        forgotten.add(sequences[place].counts)
        sequences[place].retire(into: &totals, room: &room)
        return place
    }
}

extension CopySequence.Key {
    init(_ copy: CopyMetadata) {
        self.init(stream: copy.stream, target: copy.target, cpu: copy.cpu)
    }
}

extension CopySequence {
    /// Those of all copies, whatever their rule.
    var counts: RuleCounts {
        RuleCounts(
            received: space.received, lost: space.lost, reordered: space.reordered, duplicated: space.duplicated)
    }
}
