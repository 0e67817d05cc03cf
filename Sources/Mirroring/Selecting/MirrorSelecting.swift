import KernelABI
import Rules

/// The selection of a running mirror: numbers its rules and knows since when each is in force.
struct MirrorSelecting {
    private let selection: MirrorSelection
    private(set) var times: SelectionTable.Times
    private(set) var numbers = RuleNumbers()
    /// Those whose rules are in force.
    var matcher: Matcher?

    init(_ selection: MirrorSelection) {
        self.selection = selection
        let now = BootClock.now
        times = SelectionTable.Times(bootTime: BootClock.bootTime, start: now, now: now)
    }

    /// The selection of a mirror that another process began.
    init(_ selection: MirrorSelection, continuing mirror: MirrorContinuation) {
        self.init(selection)
        times.start = mirror.start
        times.inForce = mirror.inForce
        numbers = RuleNumbers(mirror.numbers)
    }

    /// When the mirror ends, in nanoseconds since boot.
    var deadline: UInt64? { SelectionTable.deadline(selection.common.end, since: times.start, times) }

    /// What the kernel is to know of a matcher's rules; those that are new are in force from now on.
    mutating func table(for matcher: Matcher) -> SelectionTable {
        times.now = BootClock.now
        let entries = entries(of: matcher)
        if self.matcher == nil { self.matcher = matcher }
        return SelectionTable(entries, selection, times)
    }

    /// Puts a rule in the place of another in a table of this mirror's, where that changes nothing else.
    mutating func change(_ table: inout SelectionTable, at position: Int, to rule: Rule) -> Bool {
        // Such a rule's time begins now, and others' have gone on.
        guard rule.selection.end?.after == nil else { return false }
        times.now = BootClock.now
        return table.change(
            at: position,
            to: .init(
                name: rule.name, action: rule.action, selection: rule.selection,
                number: numbers.number(of: rule.name)), selection, times)
    }

    private mutating func entries(of matcher: Matcher) -> [SelectionTable.Entry] {
        switch matcher {
        case .expression:
            return matcher.ruleNames.map {
                .init(name: $0, action: .mirror, selection: Selection(), number: numbers.number(of: $0))
            }
        case .rules(let list):
            return list.rules.map { rule in
                if rule.selection.end?.after != nil, times.inForce[rule.name] == nil {
                    times.inForce[rule.name] = times.now
                }
                return .init(
                    name: rule.name, action: rule.action, selection: rule.selection,
                    number: numbers.number(of: rule.name))
            }
        }
    }

    /// The constants of the mirror's programs, but for what the rules make use of.
    func settings(_ targets: [Target], tap: UInt32) -> copy_settings {
        var settings = copy_settings()
        settings.tap_ifindex = tap
        settings.target_count = UInt32(targets.count)
        if targets.contains(where: \.carriesMetadata) { settings.uses = UInt32(USES_METADATA) }
        settings.order_flags = selection.keepsLengths ? UInt32(ORDER_KEEP_LENGTHS) : 0
        settings.flow_set_mask = UInt32(Self.flowSets(selection.flowLimit) - 1)
        settings.overhead = targets.reduce(0) { $0 + UInt32($1.wireOverhead) }
        settings.sampling_key = (selection.samplingSeed, ~selection.samplingSeed)
        return settings
    }

    /// Sets of the flow table: a power of two, for so many flows.
    static func flowSets(_ flows: Int) -> Int {
        let sets = max(1, (flows + Int(FLOW_WAYS) - 1) / Int(FLOW_WAYS))
        return 1 << (Int.bitWidth - (sets - 1).leadingZeroBitCount)
    }

    /// Sees whether the clock of the day was set, or drifted by more than a millisecond.
    /// - Returns: the selections with the times as they are now, or nil.
    mutating func followClock() -> SelectionTable? {
        let bootTime = BootClock.bootTime
        let drift = bootTime > times.bootTime ? bootTime - times.bootTime : times.bootTime - bootTime
        guard drift > 1_000_000, let matcher else { return nil }
        times.bootTime = bootTime
        return SelectionTable(entries(of: matcher), selection, times)
    }
}
