import Kernel
import KernelABI

/// What one packet takes out of its rule's budget and out of the mirror's.
///
/// The most that its copies can take is reserved before they are made, on all CPUs under one lock, and what they did
/// not take is given back. Two bounds hold at once (docs/design/selection.md): bytes in the slots of a second, and a
/// rate with a small burst that keeps copies from being sent all at the second's beginning.
struct BudgetCharge {
    private let settings: UnsafePointer<copy_settings>
    /// 1 + the rule's index in the map `budgets`, or 0.
    private let number: UInt32
    private let reserved: UInt64
    private let now: UInt64

    /// - Parameter bytes: the most that the packet's copies can take.
    @inline(__always)
    init(_ bytes: UInt64, _ number: UInt32, _ settings: UnsafePointer<copy_settings>, _ now: UInt64) {
        self.settings = settings
        self.number = number
        self.now = now
        reserved = bytes
    }

    /// Reserves the bytes; false when one of the budgets has not so many left.
    @inline(__always)
    func reserve() -> Bool {
        if hasRuleBudget, take_budget(number, reserved, now) == 0 { return false }
        if hasMirrorBudget, take_budget(0, reserved, now) == 0 {
            if hasRuleBudget { _ = return_budget(number, reserved, now) }
            return false
        }
        return true
    }

    /// Gives back what was not used of what was reserved.
    @inline(__always)
    func settle(_ used: UInt64) {
        guard used < reserved else { return }
        if hasRuleBudget { _ = return_budget(number, reserved &- used, now) }
        if hasMirrorBudget { _ = return_budget(0, reserved &- used, now) }
    }

    @inline(__always)
    private var hasRuleBudget: Bool { settings.pointee.uses & UInt32(USES_RULE_BUDGETS) != 0 && number != 0 }

    @inline(__always)
    private var hasMirrorBudget: Bool { settings.pointee.uses & UInt32(USES_MIRROR_BUDGET) != 0 }
}
