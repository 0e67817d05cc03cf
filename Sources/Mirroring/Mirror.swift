import BPF
import KernelABI
import KernelPrograms
public import Netlink

/// One running mirror: programs on an interface, the devices its copies pass, and the way to its targets.
///
/// Used from one thread. It works in the kernel; what is left to the process is to follow routes (``followTables()``),
/// to read counters, and to replace rules. Unless it is pinned, all of it is gone when this object, or the process, is.
public final class Mirror {
    public let configuration: MirrorConfiguration
    /// The interface that is mirrored, as it was when the mirror began.
    public let interface: Interface
    /// Where `tcpdump -i` shows the copies before they go into their tunnel.
    public var tapDevice: String { devices.tap.name }

    private let rtnetlink: Rtnetlink
    private let resolver: RouteResolver
    private let devices: TapDevices
    private let tunnel: TunnelProgram
    private var shared: MatcherPrograms.Shared
    private var programs: MatcherPrograms
    private var attachments: HookAttachments
    private var routes: [TargetRoute]
    /// What programs that were replaced had counted.
    private var retired: [RuleCounters] = []

    /// Makes the devices, loads the programs and attaches them; from then on packets are matched.
    ///
    /// When it fails nothing is left behind.
    /// - Throws: ``MirrorError``.
    public init(_ configuration: MirrorConfiguration) throws {
        self.configuration = configuration
        guard !configuration.targets.isEmpty, configuration.targets.count <= Int(MAX_TARGETS) else {
            throw MirrorError(.usage, "a mirror has 1 to \(MAX_TARGETS) targets, not \(configuration.targets.count)")
        }
        rtnetlink = try Rtnetlink()
        interface = try Self.mirrorable(configuration.interface, rtnetlink)
        resolver = RouteResolver(rtnetlink: rtnetlink, via: configuration.via)
        for target in configuration.targets { try Self.check(target, configuration, rtnetlink) }
        devices = try TapDevices.make(rtnetlink)
        tunnel = try TunnelProgram.make(outlet: devices.outlet.index)
        routes = configuration.targets.map(resolver.route(to:))
        for (index, target) in configuration.targets.enumerated() {
            try tunnel.set(index, to: target.entry(routes[index], oversize: configuration.oversize))
        }
        shared = MatcherPrograms.Shared(passage: tunnel.passage, mirrorCounters: nil)
        programs = try MatcherPrograms(
            configuration.matcher, tap: devices.tap.index, targets: configuration.targets.count,
            hooks: configuration.direction.hooks, shared: shared)
        shared.mirrorCounters = programs.mirrorCounters
        attachments = HookAttachments(interface: interface.index)
        for hook in configuration.direction.hooks {
            guard let program = programs.program(for: hook) else { continue }
            try attachments.attach(program, at: hook)
        }
    }

    private static func mirrorable(_ name: String, _ rtnetlink: Rtnetlink) throws -> Interface {
        let interfaces = try rtnetlink.interfaces()
        guard let interface = interfaces.first(where: { $0.name == name }) else {
            let names = interfaces.map(\.name).joined(separator: ", ")
            throw MirrorError(.notFound, "there is no interface \(name); there are \(names)")
        }
        guard interface.isEthernet else {
            throw MirrorError(
                .notSupported,
                "\(name) carries no Ethernet frames (link type \(interface.hardwareType)); "
                    + "mirror the interface below or above it that does")
        }
        return interface
    }

    /// Refuses what can never work; what only does not work now is counted when it happens.
    private static func check(
        _ target: Target, _ configuration: MirrorConfiguration, _ rtnetlink: Rtnetlink
    ) throws {
        guard case .device(let name) = target.destination else { return }
        guard let device = try? rtnetlink.interface(named: name) else {
            throw MirrorError(.notFound, "target '\(target)': there is no interface \(name)")
        }
        guard name != configuration.interface else {
            throw MirrorError(.usage, "target '\(target)' is the interface that is mirrored")
        }
        guard device.isEthernet else {
            throw MirrorError(.notSupported, "target '\(target)': \(name) carries no Ethernet frames")
        }
    }

    // MARK: While it runs

    /// The counters since the mirror began; rules that were replaced keep what they have counted.
    public func counters() throws -> MirrorCounters {
        var counters = MirrorCounters(rules: try programs.counters(targets: configuration.targets))
        counters.rules = Self.sum(counters.rules, retired)
        for tally in try PerCPUArrayMap(programs.mirrorCounters, of: mirror_counters.self).values(at: 0) {
            counters.own += Tally(packets: tally.own.packets, bytes: tally.own.bytes)
        }
        return counters
    }

    private static func sum(_ current: [RuleCounters], _ retired: [RuleCounters]) -> [RuleCounters] {
        guard !retired.isEmpty else { return current }
        var sum = current
        var places: [String: Int] = [:]
        for (index, rule) in sum.enumerated() { places[rule.rule] = index }
        for rule in retired {
            if let place = places[rule.rule] {
                sum[place].add(rule)
            } else if rule.matched.packets > 0 {
                sum.append(rule)
            }
        }
        return sum
    }

    /// Puts another matcher in the place of the one in force.
    ///
    /// The new programs and their tables are complete before the first packet sees them, and each hook goes over to
    /// them from one packet to the next. When anything fails the old ones stay in force.
    public func replace(_ matcher: Matcher) throws {
        let next = try MatcherPrograms(
            matcher, tap: devices.tap.index, targets: configuration.targets.count,
            hooks: configuration.direction.hooks, shared: shared)
        for hook in configuration.direction.hooks {
            guard let program = next.program(for: hook) else { continue }
            try attachments.replace(with: program, at: hook)
        }
        let previous = programs
        programs = next
        // A packet that is just being judged by the old programs still counts there.
        try RunningPrograms.waitUntilDone()
        retired = Self.sum(try previous.counters(targets: configuration.targets), retired)
    }

    /// Brings what the kernel programs know of each target up to date with the kernel's tables.
    /// - Returns: the targets whose way changed, with what it is now.
    @discardableResult
    public func followTables() throws -> [TargetWay] {
        var changed: [TargetWay] = []
        for (index, target) in configuration.targets.enumerated() {
            let route = resolver.route(to: target)
            guard route != routes[index] else { continue }
            routes[index] = route
            try tunnel.set(index, to: target.entry(route, oversize: configuration.oversize))
            changed.append(TargetWay(target, route))
        }
        return changed
    }

    /// The way to each target.
    public var ways: [TargetWay] { zip(configuration.targets, routes).map(TargetWay.init) }

    /// Takes the programs off the interface and returns the final counters. The devices go with this object.
    public func detach() throws -> MirrorCounters {
        try attachments.detach()
        try RunningPrograms.waitUntilDone()
        return try counters()
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
