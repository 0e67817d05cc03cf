/// Finds things that are kept elsewhere, by number, from a hash of their content.
///
/// Open addressing with linear probing. A slot holds half of the hash beside the number, so that most questions cost
/// one cache miss. Equality is always the caller's: two contents of one hash stay two things.
struct HashIndex {
    /// The upper half of the hash, then the number plus one; 0 is a free slot.
    private var slots: [UInt64] = Array(repeating: 0, count: 1024)
    /// The lower half of each hash, which says where it belongs when the table grows.
    private var lower: [UInt32] = []

    /// Things in the index, which are numbered from 0 in the order of their insertion.
    var count: Int { lower.count }

    /// The number of the thing with this hash for which `isEqual` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int? {
        var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[place] != 0 {
            let slot = slots[place]
            let number = Int(slot & 0xffff_ffff) - 1
            if (slot ^ hash) >> 32 == 0, isEqual(number) { return number }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Gives the next number to a thing with this hash.
    mutating func insert(_ hash: UInt64) {
        lower.append(UInt32(truncatingIfNeeded: hash))
        if lower.count * 2 > slots.count {
            let old = slots
            slots = Array(repeating: 0, count: old.count * 4)
            for slot in old where slot != 0 { place(slot) }
        }
        place(hash & ~0xffff_ffff | UInt64(lower.count))
    }

    private mutating func place(_ slot: UInt64) {
        var place = Int(lower[Int(slot & 0xffff_ffff) - 1]) & (slots.count - 1)
        while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }
}
