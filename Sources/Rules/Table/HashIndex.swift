/// Finds things that are kept elsewhere, by number, from a hash of their content.
///
/// Open addressing with linear probing; hashes are kept so that growing and most comparisons need not touch the
/// things themselves. Equality is always the caller's, so two contents of one hash stay two things.
struct HashIndex {
    private var slots: [UInt32] = Array(repeating: 0, count: 1024)
    private var hashes: [UInt64] = []

    /// Things in the index, which are numbered from 0 in the order of their insertion.
    var count: Int { hashes.count }

    /// The number of the thing with this hash for which `isEqual` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int? {
        var slot = position(hash)
        while slots[slot] != 0 {
            let number = Int(slots[slot] - 1)
            if hashes[number] == hash, isEqual(number) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Gives the next number to a thing with this hash.
    mutating func insert(_ hash: UInt64) {
        hashes.append(hash)
        if hashes.count * 2 > slots.count {
            slots = Array(repeating: 0, count: slots.count * 4)
            for number in hashes.indices { place(number) }
        } else {
            place(hashes.count - 1)
        }
    }

    private mutating func place(_ number: Int) {
        var slot = position(hashes[number])
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(number + 1)
    }

    private func position(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slots.count - 1)
    }
}
