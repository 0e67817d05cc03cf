import KernelABI

/// A budget's rate, as the kernel program counts it.
struct BudgetRate: Hashable {
    /// Bits per second.
    let rate: UInt64

    init(_ rate: UInt64) { self.rate = rate }

    /// The budget with nothing spent.
    var entry: budget {
        var entry = budget()
        entry.cost = cost
        // A hundredth of a second, but at least a full packet's time, or every packet would have to wait for its own.
        entry.burst = max(10_000_000, (1_514 * cost) >> 16)
        // One hundredth more than the rate in what any second touches.
        entry.window_limit = rate / 8 + rate / 800
        return entry
    }

    /// Nanoseconds a byte takes, times 2^16.
    private var cost: UInt64 { (8_000_000_000 << 16) / max(1, rate) }
}

extension budget {
    /// This budget with what another one of the same rate has spent.
    func continuing(_ other: budget) -> budget {
        guard other.cost == cost else { return self }
        var budget = self
        budget.spent_until = other.spent_until
        budget.slot = other.slot
        budget.window = other.window
        budget.slots = other.slots
        return budget
    }
}
