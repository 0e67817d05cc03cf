import Kernel
import KernelABI

@c @implementation
func swift_take_budget(_ number: UInt32, _ bytes: UInt64, _ now: UInt64) -> Int64 {
    guard let budget = Budget(number) else { return 0 }
    return budget.take(bytes, now) ? 1 : 0
}

@c @implementation
func swift_return_budget(_ number: UInt32, _ bytes: UInt64, _ taken: UInt64) -> Int64 {
    Budget(number)?.giveBack(bytes, taken)
    return 0
}

/// Bytes per second, kept in slots of the last second.
private struct Budget {
    private let budget: UnsafeMutablePointer<budget>

    /// The mirror's, or a rule's: 1 + its index.
    @inline(__always)
    init?(_ number: UInt32) {
        let found =
            number == 0
            ? lookup(&mirror_budget, 0, as: KernelABI.budget.self)
            : lookup(&budgets, number &- 1, as: KernelABI.budget.self)
        guard let found else { return nil }
        budget = found
    }

    @inline(__always)
    func take(_ bytes: UInt64, _ now: UInt64) -> Bool {
        let slot = now >> UInt64(BUDGET_SLOT_SHIFT)
        var taken = false
        spin_lock(budget)
        // Another CPU may have come with a later time.
        if slot > budget.pointee.slot {
            var passed: UInt32 = 0
            while passed < UInt32(BUDGET_SLOTS), budget.pointee.slot < slot {
                passed = passed &+ 1
                budget.pointee.slot = budget.pointee.slot &+ 1
                let entering = entry(budget.pointee.slot)
                let leaving = entry(budget.pointee.slot &- UInt64(BUDGET_WINDOW))
                budget.pointee.window = budget.pointee.window &- UInt64(leaving.pointee)
                leaving.pointee = 0
                entering.pointee = 0
            }
            // Nothing was sent for longer than all slots are.
            budget.pointee.slot = slot
        }
        let start = budget.pointee.spent_until > now ? budget.pointee.spent_until : now
        if start &- now <= budget.pointee.burst, budget.pointee.window &+ bytes <= budget.pointee.window_limit {
            budget.pointee.spent_until = start &+ time(bytes)
            budget.pointee.window = budget.pointee.window &+ bytes
            let current = entry(budget.pointee.slot)
            current.pointee = current.pointee &+ UInt32(truncatingIfNeeded: bytes)
            taken = true
        }
        spin_unlock(budget)
        return taken
    }

    /// Gives bytes back in the slot in which they were taken, unless that is over.
    @inline(__always)
    func giveBack(_ bytes: UInt64, _ taken: UInt64) {
        let slot = taken >> UInt64(BUDGET_SLOT_SHIFT)
        spin_lock(budget)
        budget.pointee.spent_until = budget.pointee.spent_until &- time(bytes)
        if budget.pointee.slot &- slot < UInt64(BUDGET_WINDOW) {
            let entry = entry(slot)
            if UInt64(entry.pointee) >= bytes {
                entry.pointee = entry.pointee &- UInt32(truncatingIfNeeded: bytes)
                budget.pointee.window = budget.pointee.window &- bytes
            }
        }
        spin_unlock(budget)
    }

    @inline(__always)
    private func time(_ bytes: UInt64) -> UInt64 { (bytes &* budget.pointee.cost) >> 16 }

    /// The slot with this number; the slots are behind 56 bytes of other things.
    @inline(__always)
    private func entry(_ slot: UInt64) -> UnsafeMutablePointer<UInt32> {
        let place = 56 + Int(opaque(UInt32(truncatingIfNeeded: slot)) & 127) &* 4
        return (UnsafeMutableRawPointer(budget) + place).assumingMemoryBound(to: UInt32.self)
    }
}
