/// How much more memory the accounting of copies may take: whoever forges metadata fills it, and no more.
struct AccountingRoom {
    /// Sequences (stream, target and CPU) that one sender may have at a time.
    static let sequencesOfSender = 1024

    /// Sequences of all senders.
    private var sequences: Int
    /// Rules' sequences and totals, of all senders.
    private var rules: Int

    /// By default some 128 MiB for sequences that all lose, and 32 MiB for rules.
    init(sequences: Int = 16_384, rules: Int = 262_144) {
        self.sequences = sequences
        self.rules = rules
    }

    /// Takes room for a sequence, if there is any.
    mutating func takeSequence() -> Bool {
        guard sequences > 0 else { return false }
        sequences -= 1
        return true
    }

    /// Takes room for a rule, if there is any.
    mutating func takeRule() -> Bool {
        guard rules > 0 else { return false }
        rules -= 1
        return true
    }

    /// Gives back the room of a rule.
    mutating func returnRule() {
        rules += 1
    }
}
