import BPF
import KernelABI
import KernelPrograms
public import Netlink
import Rules

/// One running mirror: programs on an interface, the devices its copies pass, and the way to its targets.
///
/// Used from one thread. It works in the kernel; what is left to the process is to follow routes (``followTables()``),
/// to read counters, and to replace rules. Unless it is pinned, all of it is gone when this object, or the process, is.
public final class Mirror {
    public let configuration: MirrorConfiguration
    /// The interface that is mirrored, as it was when the mirror began.
    public let interface: Interface
    /// The mirror's name: its tap device, where `tcpdump -i` shows the copies before they go into their tunnels.
    public var name: String { devices.tap.name }
    /// How the programs are attached: "tcx" or "clsact".
    public var mechanism: String { attachments.surviving.isEmpty ? "tcx" : "clsact" }

    private let rtnetlink: Rtnetlink
    private let resolver: RouteResolver
    var devices: TapDevices
    private var tunnel: TunnelProgram
    var shared: SharedMaps
    var programs: MatcherPrograms
    var attachments: HookAttachments
    private var `guard`: MirrorGuard?
    private var routes: [TargetRoute]
    /// This run of this mirror, in the metadata of copies.
    let stream: UInt32
    var generation: UInt32 = 0
    var selecting: MirrorSelecting
    /// Where programs count that were replaced, while packets may still be in them.
    var leaving: [CountedRules] = []
    /// The programs themselves; nil: another process had them.
    var leavingPrograms: MatcherPrograms?
    /// Programs that no packet is in, for the next rules.
    var spare: MatcherPrograms?
    /// What programs that were replaced had counted.
    var retired: [RuleCounters] = []
    let registry = MirrorRegistry()
    var record: MirrorRecord

    /// Makes the devices, loads the programs and attaches them; from then on packets are matched.
    ///
    /// When it fails nothing is left behind.
    /// - Throws: ``MirrorError``, or what the layers below say.
    public init(_ configuration: MirrorConfiguration) throws {
        self.configuration = configuration
        let hooks = configuration.direction.hooks
        // Those in chains are attached by whoever keeps the chains.
        let attached = configuration.placement == .interface ? hooks : []
        stream = .random(in: .min ... .max)
        rtnetlink = try Rtnetlink()
        interface = try MirrorChecks(rtnetlink).check(configuration)
        // What takes long takes it at the same time: the kernel's check of the programs, its wait for packets at each hook,
        // and the neighbours' answers.
        let talk = try TunnelProgram.Talk()
        let loading = Concurrently { try TunnelProgram.load(talk) }
        registry.sweep()
        devices = try TapDevices.make(lasting: configuration.pinned, rtnetlink)
        resolver = RouteResolver(rtnetlink: rtnetlink, via: configuration.via, kernelAsks: devices.asksRoutes)
        routes = configuration.targets.map(resolver.route(to:))
        var neighbours = NeighbourResolution(rtnetlink, configuration.targets, routes)
        // The kernel answers no question about interfaces while it waits, so these come last.
        let (index, filterName, outlet) = (interface.index, devices.tap.name, devices.outlet)
        let outletHook = Concurrently {
            try HookAttachments.held(on: outlet.index, at: [.egress], filterName: outlet.name)
        }
        let interfaceHooks = Concurrently {
            try HookAttachments.held(on: index, at: attached, filterName: filterName)
        }
        shared = SharedMaps(talk)
        selecting = MirrorSelecting(configuration.selection)
        programs = try MatcherPrograms(
            configuration.matcher, selecting.table(for: configuration.matcher),
            selecting.settings(configuration.targets, tap: devices.tap.index), generation: 0, hooks: hooks,
            shared: &shared)
        try shared.setBootTime(selecting.times.bootTime)
        if let budget = configuration.selection.common.budget { try shared.setBudget(BudgetRate(budget).entry) }
        try programs.fillBudgets(continuing: nil)
        tunnel = try loading.value()
        for (index, target) in configuration.targets.enumerated() {
            try tunnel.set(
                index,
                to: target.entry(
                    routes[index], oversize: configuration.oversize, stream: stream, number: index))
        }
        try tunnel.attach(outletHook.value())
        attachments = try interfaceHooks.value()
        record = MirrorRecord(
            configuration, interface, tap: devices.tap.name, outlet: devices.outlet.index, programs,
            deadline: selecting.deadline)
        let usesFilters = try !Features.hasTCX() && !attached.isEmpty
        // Of one in chains that is killed before it is complete nothing is left but the devices, which are swept.
        if usesFilters || (devices.surviveKilling && configuration.placement == .interface) {
            let disciplines = try rtnetlink.queueingDisciplines(on: interface.index)
            record.madeQdisc = usesFilters && !disciplines.contains { $0.kind == "clsact" || $0.kind == "ingress" }
            `guard` = try MirrorGuard(
                interface: interface.index, hooks: usesFilters ? attached : [], filterName: name,
                removesQdisc: record.madeQdisc, outlet: devices.surviveKilling ? devices.outlet.index : nil)
        }
        neighbours.wait()
        for hook in attached {
            guard let program = programs.program(for: hook) else { continue }
            try attachments.attach(program, at: hook)
        }
        record.filters = attachments.surviving.map(\.description)
        if configuration.placement != .interface { record.continuation = continuation }
        try registry.write(record)
        if configuration.pinned {
            try pin()
            `guard`.take()?.dismiss()
        }
    }

    /// Goes on with a mirror whose programs stand in chains, and that another process began; see
    /// ``adopt(_:_:)``.
    init(
        _ configuration: MirrorConfiguration, continuing record: MirrorRecord, _ continuation: MirrorContinuation
    ) throws {
        var configuration = configuration
        configuration.selection.samplingSeed = continuation.samplingSeed
        self.configuration = configuration
        let pins = MirrorPins(record)
        rtnetlink = try Rtnetlink()
        interface = try MirrorChecks(rtnetlink).check(configuration)
        devices = try TapDevices.adopt(record, rtnetlink)
        resolver = RouteResolver(rtnetlink: rtnetlink, via: configuration.via, kernelAsks: devices.asksRoutes)
        routes = configuration.targets.map(resolver.route(to:))
        stream = continuation.stream
        let runs = RunPins(folder: pins.mapFolder)
        let generations = runs.generations
        generation = max(continuation.generation, generations.last ?? 0) &+ 1
        shared = try SharedMaps(pinnedIn: pins.mapFolder)
        selecting = MirrorSelecting(configuration.selection, continuing: continuation)
        programs = try MatcherPrograms(
            configuration.matcher, selecting.table(for: configuration.matcher),
            selecting.settings(configuration.targets, tap: devices.tap.index),
            generation: UInt8(truncatingIfNeeded: generation), hooks: configuration.direction.hooks, shared: &shared)
        // Of those before the one that the record names the counts are in the record.
        let uncounted = generations.filter { $0 >= continuation.generation }
        let ruleNames = configuration.matcher.ruleNames
        leaving = try uncounted.map {
            // Where the other process was killed before it wrote down the names, they are those of the present rules.
            try runs.counted($0, names: $0 == continuation.generation ? record.ruleNames : ruleNames)
        }
        if let last = uncounted.last {
            let isNamed = last == continuation.generation
            try programs.fillBudgets(
                continuing: runs.budgets(last), of: isNamed ? record.budgetedRules ?? [] : programs.budgetedRules)
        }
        tunnel = try TunnelProgram.adopt(pins, outlet: devices.outlet)
        attachments = HookAttachments(interface: interface.index, filterName: devices.tap.name)
        retired = record.retired
        self.record = record
        self.record.process = .own
        try followTables(all: true)
        try shared.pin(in: pins.mapFolder)
        try runs.pin(programs, generation)
    }

    // MARK: While it runs

    /// The counters since the mirror began; rules that were replaced keep what they have counted.
    public func counters() throws -> MirrorCounters {
        var counters = MirrorCounters(rules: try programs.counters(targets: record.targets))
        for left in leaving { counters.rules = counters.rules.adding(try left.read(targets: record.targets)) }
        counters.rules = counters.rules.adding(retired)
        try counters.read(programs.mirrorCounters)
        return counters
    }

    /// Brings what the kernel programs know of each target up to date with the kernel's tables.
    /// - Returns: the targets whose way changed, with what it is now.
    @discardableResult
    public func followTables() throws -> [TargetWay] { try followTables(all: false) }

    /// - Parameter all: also where nothing changed that this process knows of.
    @discardableResult
    private func followTables(all: Bool) throws -> [TargetWay] {
        var changed: [TargetWay] = []
        for (index, target) in configuration.targets.enumerated() {
            let route = resolver.route(to: target)
            guard all || route != routes[index] else { continue }
            routes[index] = route
            try tunnel.set(
                index, to: target.entry(route, oversize: configuration.oversize, stream: stream, number: index))
            changed.append(TargetWay(target, route))
        }
        return changed
    }

    /// Has the kernel programs know the clock of the day as it is now, for times in metadata and for ends at a time.
    public func followClock() throws {
        guard let table = selecting.followClock() else { return }
        try shared.setBootTime(selecting.times.bootTime)
        try programs.update(table)
    }

    /// How long it is until nothing is mirrored any more; nil without an end.
    public var timeLeft: Duration? {
        selecting.deadline.map { deadline in
            let now = BootClock.now
            return deadline > now ? .nanoseconds(Int64(clamping: deadline - now)) : .zero
        }
    }

    /// Has the kernel programs degrade the mirror as far as a step of the brake says.
    public func apply(_ step: BrakeStep) throws {
        var brake = brake()
        brake.snaplen = step.snapLength ?? 0
        if step.samplingRate > 1 {
            brake.sampling_rate = step.samplingRate
            brake.sampling_bound = UInt32((UInt64(1) << 32) / UInt64(step.samplingRate))
        }
        brake.stopped = step.isStopped ? 1 : 0
        try shared.setBrake(brake)
    }

    /// The interfaces that copies leave by now.
    public var carriers: [UInt32] {
        routes.compactMap { route in
            if route.interfaceIndex != 0 { return route.interfaceIndex }
            return try? rtnetlink.interface(named: route.interfaceName).index
        }
    }

    /// The mirrored interface as it is now; nil when it is gone.
    public var currentInterface: Interface? { try? rtnetlink.interface(interface.index) }

    /// The way to each target.
    public var ways: [TargetWay] { zip(configuration.targets, routes).map(TargetWay.init) }

    // MARK: The end

    /// Takes the programs off the interface and returns the final counters. The devices go with this object, also those
    /// of a pinned mirror.
    public func detach() throws -> MirrorCounters {
        try attachments.detach()
        if configuration.pinned {
            MirrorPins(record).remove()
            devices.stay(false)
        }
        `guard`.take()?.dismiss()
        try GracePeriod.wait()
        let counters = try counters()
        registry.forget(record)
        return counters
    }

    /// Lets a pinned mirror go on without this process, and returns the counters so far.
    public func leave() throws -> MirrorCounters {
        // Nobody would let go of the brake again.
        try apply(.off)
        attachments.leave()
        tunnel.leave()
        return try counters()
    }

    private func pin() throws {
        let pins = MirrorPins(record)
        // Of one that was killed, in a namespace whose number is this one's now: the device of this name was made just now.
        pins.remove()
        try pins.makeFolder()
        do {
            try attachments.pin(in: pins.folder)
            try tunnel.pin(in: pins.outletFolder)
            if configuration.placement == .interface {
                try pins.replaceMaps(programs.programArrays)
            } else {
                // Whoever keeps the chains keeps what belongs to the programs there.
                try Pin.makeFolder(pins.mapFolder)
                try shared.pin(in: pins.mapFolder)
                try RunPins(folder: pins.mapFolder).pin(programs, generation)
                // The kernel's filters go with their owner.
                tunnel.leave()
            }
            devices.stay()
        } catch {
            pins.remove()
            registry.forget(record)
            throw error
        }
    }
}

extension MirrorDirection {
    var hooks: [Hook] {
        switch self {
        case .ingress: [.ingress]
        case .egress: [.egress]
        case .both: [.ingress, .egress]
        }
    }
}
