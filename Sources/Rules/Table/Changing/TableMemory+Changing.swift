import KernelABI
import Packets

extension TableMemory {
    /// Puts a rule in the place of another, so that the table finds what a table of the changed list would find.
    ///
    /// What it costs grows with the values that only one of the two accepts, and not with the other rules. What was in use
    /// before is not taken back: after many changes there is no room any more.
    ///
    /// - Parameters:
    ///   - old: the rule at this position.
    ///   - position: in the list.
    /// - Returns: false where there is no room, or the new rule asks what the table does not look at (its layout has to
    ///   be ``CompiledTable/Layout/changeable``): the table is of no use then until another one is written.
    public mutating func change(_ old: Rule, to new: Rule, at position: Int) -> Bool {
        guard let slot = positions.firstIndex(of: UInt32(position)), settings.accepts(new) else { return false }
        var change = RuleChange(self, slot: slot)
        do { try change.apply(old, new) } catch { return false }
        self = change.memory
        return true
    }
}
