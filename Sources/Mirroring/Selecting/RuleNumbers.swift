/// The numbers that rules have in the metadata of copies. A rule keeps its number as long as the mirror runs, also when
/// it is away for a while.
struct RuleNumbers {
    private(set) var byName: [String: UInt32] = [:]

    init(_ byName: [String: UInt32] = [:]) { self.byName = byName }

    /// The number of the rule with this name: that of its place in the first list, or the next one that is free.
    mutating func number(of name: String) -> UInt32 {
        if let number = byName[name] { return number }
        let number = UInt32(byName.count)
        byName[name] = number
        return number
    }
}
