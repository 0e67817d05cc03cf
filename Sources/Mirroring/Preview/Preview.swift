import BPF
import Glibc
import KernelABI
public import Netlink
import Rules

/// One preview: the programs of a mirror on an interface that send nothing, and count what would be sent.
///
/// Used from one thread. Packets are left as they are. All of it is gone when this object, or the process, is.
public final class Preview {
    public let configuration: PreviewConfiguration
    /// The interface that is looked at, as it was when the preview began.
    public let interface: Interface
    /// How the programs are attached: "tcx" or "clsact".
    public var mechanism: String { attachments.surviving.isEmpty ? "tcx" : "clsact" }

    private let rtnetlink: Rtnetlink
    private let programs: MatcherPrograms
    private var attachments: HookAttachments
    private var `guard`: MirrorGuard?
    private let start: ContinuousClock.Instant

    /// Loads the programs and attaches them; from then on packets are counted.
    ///
    /// When it fails nothing is left behind.
    /// - Throws: ``MirrorError``, or what the layers below say.
    public init(_ configuration: PreviewConfiguration) throws {
        self.configuration = configuration
        let hooks = configuration.direction.hooks
        guard configuration.targets.count <= Int(MAX_TARGETS) else {
            throw MirrorError(.usage, "a mirror has 1 to \(MAX_TARGETS) targets, not \(configuration.targets.count)")
        }
        rtnetlink = try Rtnetlink()
        interface = try MirrorChecks(rtnetlink).check(previewOf: configuration.interface)
        var selecting = MirrorSelecting(configuration.selection)
        let table = selecting.table(for: configuration.matcher)
        var settings = selecting.settings(configuration.targets, tap: 0)
        settings.uses |= UInt32(USES_OBSERVATION)
        // Without a target, budgets are charged for one copy without headers.
        settings.target_count = max(1, settings.target_count)
        var shared = SharedMaps()
        programs = try MatcherPrograms(
            configuration.matcher, table, settings, generation: 0, hooks: hooks, shared: &shared,
            observedFlows: configuration.accounts)
        if let budget = configuration.selection.common.budget { try shared.setBudget(BudgetRate(budget).entry) }
        try programs.fillBudgets(continuing: nil)
        let filterName = "preview-\(getpid())"
        attachments = HookAttachments(interface: interface.index, filterName: filterName)
        if try !Features.hasTCX() {
            let disciplines = try rtnetlink.queueingDisciplines(on: interface.index)
            `guard` = try MirrorGuard(
                interface: interface.index, hooks: hooks, filterName: filterName,
                removesQdisc: !disciplines.contains { $0.kind == "clsact" || $0.kind == "ingress" }, outlet: nil)
        }
        for hook in hooks {
            guard let program = programs.surveys[hook] else { continue }
            try attachments.attach(program, at: hook)
        }
        start = ContinuousClock.now
    }

    /// How long packets have been looked at.
    public var duration: Duration { ContinuousClock.now - start }

    /// The interface as it is now; nil when it is gone.
    public var currentInterface: Interface? { try? rtnetlink.interface(interface.index) }

    /// What was counted so far.
    public func observe() throws -> Observations { try read(duration) }

    /// Takes the programs off the interface and returns what they have counted.
    public func detach() throws -> Observations {
        let duration = duration
        try attachments.detach()
        `guard`.take()?.dismiss()
        try GracePeriod.wait()
        return try read(duration)
    }

    private func read(_ duration: Duration) throws -> Observations {
        let targets = (0..<programs.targetCount).map { "\($0)" }
        var rules = try programs.counters(targets: targets)
        // What would be sent to one would be sent to each.
        for index in rules.indices { rules[index].targets.removeLast(targets.count - 1) }
        var counters = MirrorCounters(rules: [])
        try counters.read(programs.mirrorCounters)
        return Observations(
            duration: duration, rules: rules, accounts: try programs.flowAccounts(),
            traffic: try programs.surveyed(at: configuration.direction.hooks), own: counters.own,
            evictedFlows: counters.evictedFlows)
    }
}
