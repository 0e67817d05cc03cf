import Kernel
import KernelABI

/// What one packet takes out of its rule's budget and out of the mirror's.
///
/// The most that its copies can take is reserved before they are made, on all CPUs under one lock, and what they did
/// not take is given back. Two bounds hold at once (docs/design/selection.md): bytes in the slots of a second, and a
/// rate with a small burst that keeps copies from being sent all at the second's beginning.
struct BudgetCharge {
    private var reserved: UInt64 = 0
    private var slot: UInt64 = 0
    private var rule: UnsafeMutablePointer<budget>?
    private var mirror: UnsafeMutablePointer<budget>?

    @inline(__always)
    init() {}

    /// Reserves `bytes`; false when one of the budgets has not so many left.
    @inline(__always)
    mutating func reserve(_ bytes: UInt64, _ number: UInt32, _ settings: copy_settings, _ now: UInt64) -> Bool {
        reserved = bytes
        slot = now >> UInt64(BUDGET_SLOT_SHIFT)
        if settings.uses & UInt32(USES_RULE_BUDGETS) != 0, number != 0 {
            guard let budget = lookup(&budgets, number &- 1, as: budget.self) else { return false }
            guard take(budget, now) else { return false }
            rule = budget
        }
        if settings.uses & UInt32(USES_MIRROR_BUDGET) != 0 {
            guard let budget = lookup(&mirror_budget, 0, as: budget.self) else { return false }
            guard take(budget, now) else {
                if let rule { giveBack(reserved, to: rule) }
                return false
            }
            mirror = budget
        }
        return true
    }

    /// Gives back what was not used of what was reserved.
    @inline(__always)
    func settle(_ used: UInt64) {
        guard used < reserved else { return }
        if let rule { giveBack(reserved &- used, to: rule) }
        if let mirror { giveBack(reserved &- used, to: mirror) }
    }

    @inline(__always)
    private func take(_ budget: UnsafeMutablePointer<budget>, _ now: UInt64) -> Bool {
        let slots = slots(of: budget)
        var taken = false
        spin_lock(budget)
        // Another CPU may have come with a later time.
        if slot > budget.pointee.slot {
            var passed: UInt32 = 0
            while passed < UInt32(BUDGET_SLOTS), budget.pointee.slot < slot {
                passed = passed &+ 1
                budget.pointee.slot = budget.pointee.slot &+ 1
                let entering = entry(slots, budget.pointee.slot)
                let leaving = entry(slots, budget.pointee.slot &- UInt64(BUDGET_WINDOW))
                budget.pointee.window = budget.pointee.window &- UInt64(leaving.pointee)
                leaving.pointee = 0
                entering.pointee = 0
            }
            // Nothing was sent for longer than all slots are.
            budget.pointee.slot = slot
        }
        let start = budget.pointee.spent_until > now ? budget.pointee.spent_until : now
        if start &- now <= budget.pointee.burst, budget.pointee.window &+ reserved <= budget.pointee.window_limit {
            budget.pointee.spent_until = start &+ time(reserved, budget)
            budget.pointee.window = budget.pointee.window &+ reserved
            let current = entry(slots, budget.pointee.slot)
            current.pointee = current.pointee &+ UInt32(truncatingIfNeeded: reserved)
            taken = true
        }
        spin_unlock(budget)
        return taken
    }

    @inline(__always)
    private func giveBack(_ bytes: UInt64, to budget: UnsafeMutablePointer<budget>) {
        let slots = slots(of: budget)
        spin_lock(budget)
        budget.pointee.spent_until = budget.pointee.spent_until &- time(bytes, budget)
        // In the slot in which it was taken, unless that is over.
        if budget.pointee.slot &- slot < UInt64(BUDGET_WINDOW) {
            let entry = entry(slots, slot)
            if UInt64(entry.pointee) >= bytes {
                entry.pointee = entry.pointee &- UInt32(truncatingIfNeeded: bytes)
                budget.pointee.window = budget.pointee.window &- bytes
            }
        }
        spin_unlock(budget)
    }

    @inline(__always)
    private func time(_ bytes: UInt64, _ budget: UnsafeMutablePointer<budget>) -> UInt64 {
        (bytes &* budget.pointee.cost) >> 16
    }

    @inline(__always)
    private func slots(of budget: UnsafeMutablePointer<budget>) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(budget) + 56
    }

    @inline(__always)
    private func entry(_ slots: UnsafeMutableRawPointer, _ slot: UInt64) -> UnsafeMutablePointer<UInt32> {
        (slots + Int(opaque(UInt32(truncatingIfNeeded: slot)) & 127) &* 4).assumingMemoryBound(to: UInt32.self)
    }
}
