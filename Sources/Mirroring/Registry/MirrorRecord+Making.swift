import FoundationEssentials
import Glibc
import Netlink

extension MirrorRecord {
    init(
        _ configuration: MirrorConfiguration, _ interface: Interface, tap: String, outlet: UInt32,
        _ programs: MatcherPrograms, deadline: UInt64?
    ) {
        self.init(
            name: tap, networkNamespace: MirrorRegistry.ownNamespace, process: .own, user: Self.userName,
            since: Date(timeIntervalSince1970: Double(time(nil))), interface: interface.name,
            interfaceIndex: interface.index, direction: configuration.direction,
            filter: configuration.matcher.summary, targets: configuration.targets.map(\.description),
            pinned: configuration.pinned, outletIndex: outlet, filters: [], madeQdisc: false,
            counters: programs.counterMaps, ruleNames: programs.ruleNames, retired: [],
            deadline: deadline, label: configuration.placement.label, budgetedRules: programs.budgetedRules)
    }

    mutating func update(_ matcher: Matcher, _ programs: MatcherPrograms, _ retired: [RuleCounters]) {
        filter = matcher.summary
        ruleNames = programs.ruleNames
        counters = programs.counterMaps
        self.retired = retired
        budgetedRules = programs.budgetedRules
    }

    private static var userName: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "\(getuid())" }
        return String(cString: name)
    }
}
