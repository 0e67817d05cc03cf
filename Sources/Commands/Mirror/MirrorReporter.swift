internal import Mirroring

/// Tells what a mirror does.
protocol MirrorReporter {
    /// Packets are being matched from now on.
    func attached(_ mirror: Mirror) throws
    /// Once a second.
    func counters(_ counters: MirrorCounters) throws
    /// The rule file was read again, and its rules are in force.
    func replaced(_ matcher: Matcher) throws
    /// The rule file was read again and is wrong; the old rules stay in force.
    func kept(because reason: [String]) throws
    /// The ways to targets changed.
    func rerouted(_ ways: [TargetWay]) throws
    /// What the rule file probably does not mean to say.
    func warned(_ warnings: [String]) throws
    /// The brake holds the mirror back further, or less, than before.
    func braked(_ change: BrakeChange) throws
    /// It is over: the final counters.
    func detached(_ end: MirrorSession.End, _ counters: MirrorCounters) throws
}
