import KernelABI
import Rules
import Testing

@testable import Mirroring

/// What the kernel is told of rules' selections and the mirror's.
struct SelectionTableTests {
    private static let times = SelectionTable.Times(bootTime: 1_000_000, start: 500, now: 700)

    private static func table(
        _ rules: [(name: String, selection: Selection)], common: Selection = Selection(),
        times: SelectionTable.Times = times
    ) -> SelectionTable {
        SelectionTable(
            rules.enumerated().map { number, rule in
                .init(name: rule.name, action: .mirror, selection: rule.selection, number: UInt32(number))
            }, MirrorSelection(common: common), times)
    }

    /// What the kernel knows of one rule's selection.
    private static func selection(
        _ selection: Selection, common: Selection = Selection(), times: SelectionTable.Times = times
    ) -> KernelABI.selection {
        let table = table([("rule", selection)], common: common, times: times)
        return table.selections[Int(table.rules[0].selection)]
    }

    @Test func `without options nothing is limited and nothing is used`() {
        let table = Self.table([("a", Selection()), ("b", Selection())])
        #expect(table.uses == 0)
        #expect(table.selections.count == 1 && table.budgets.isEmpty)
        #expect(table.rules.map(\.number) == [0, 1])
        let selection = table.selections[0]
        #expect(selection.deadline == 0 && selection.first == 0 && selection.sampling_bound == 0)
        #expect(selection.snaplen == 0 && selection.budget == 0 && selection.sampling_rate == 1)
    }

    @Test func `a rule's own options replace the mirror's, those that it lacks are the mirror's`() {
        let common = Selection(
            samplingRate: 10, samplingUnit: .flow, first: .packets(5), snapLength: .headers)
        let inherited = Self.selection(Selection(), common: common)
        #expect(inherited.sampling_rate == 10 && inherited.sampling_bound == 429_496_729)
        #expect(inherited.sampling_unit == UInt32(SAMPLE_FLOWS))
        #expect(inherited.first == 5 && inherited.first_unit == UInt32(FIRST_PACKETS))
        #expect(inherited.snaplen == SNAPLEN_HEADERS)
        let own = Self.selection(
            Selection(samplingRate: 2, first: .bytes(640), snapLength: .bytes(96)), common: common)
        #expect(own.sampling_rate == 2 && own.sampling_bound == 1 << 31)
        #expect(own.first == 640 && own.first_unit == UInt32(FIRST_BYTES) && own.snaplen == 96)
        // One in one is all.
        #expect(Self.selection(Selection(samplingRate: 1), common: common).sampling_bound == 0)
    }

    @Test func `rules share a selection, unless they have budgets of their own`() {
        let sampled = Selection(samplingRate: 7)
        let table = Self.table([
            ("a", sampled), ("b", sampled), ("c", Selection(budget: 8_000_000)), ("d", Selection(budget: 8_000_000)),
        ])
        #expect(table.rules.map(\.selection) == [0, 0, 1, 2])
        #expect(table.budgets.map(\.rule) == ["c", "d"])
        #expect(table.selections.map(\.budget) == [0, 1, 2])
        #expect(table.uses == UInt32(USES_SAMPLING | USES_RULE_BUDGETS))
    }

    @Test func `the mirror's budget is not each rule's`() {
        let table = Self.table([("a", Selection())], common: Selection(budget: 1_000_000))
        #expect(table.uses == UInt32(USES_MIRROR_BUDGET))
        #expect(table.budgets.isEmpty && table.selections[0].budget == 0)
    }

    @Test func `of two ends the first counts, and each has its beginning`() {
        var times = Self.times
        times.inForce = ["rule": 600]
        let common = Selection(end: .init(after: .nanoseconds(1000)))
        let cases: [(Selection.End?, UInt64)] = [
            (nil, 1500), (.init(after: .nanoseconds(300)), 900), (.init(after: .nanoseconds(2000)), 1500),
            (.init(at: 1_001_200), 1200), (.init(after: .nanoseconds(800), at: 1_001_100), 1100),
            // Before the boot: it has passed.
            (.init(at: 5), 1),
        ]
        for (end, deadline) in cases {
            #expect(
                Self.selection(Selection(end: end), common: common, times: times).deadline == deadline, "\(end as Any)")
        }
        // A rule that is new counts from now.
        let new = Self.selection(Selection(end: .init(after: .nanoseconds(50))))
        #expect(new.deadline == 750)
    }

    @Test func `a list without rules has one that skips`() {
        let table = Self.table([])
        #expect(table.rules.map(\.action) == [UInt8(ACTION_SKIP)])
        #expect(table.selections.count == 1)
    }

    @Test(arguments: [1000, 64_000, 1_000_000, 100_000_000, 100_000_000_000] as [UInt64])
    func `a budget's window has a hundredth more than a second's bytes, and its clock the rate`(rate: UInt64) {
        let budget = BudgetRate(rate).entry
        #expect(abs(Double(budget.window_limit) - Double(rate) / 8 * 1.01) <= 1)
        let second = Double(rate) / 8 * Double(budget.cost) / 65536
        #expect(abs(second - 1e9) < 1e9 * 0.001, "\(second)")
        #expect(budget.burst >= 10_000_000)
    }

    @Test func `a budget goes on from what another of the same rate has spent`() {
        var spent = BudgetRate(8000).entry
        (spent.spent_until, spent.slot, spent.window) = (5, 6, 7)
        #expect(BudgetRate(8000).entry.continuing(spent).window == 7)
        #expect(BudgetRate(16000).entry.continuing(spent).window == 0)
    }

    @Test func `a rule keeps its number, and a new one gets the next`() {
        var numbers = RuleNumbers()
        #expect(["a", "b", "c"].map { numbers.number(of: $0) } == [0, 1, 2])
        #expect(["c", "new", "a"].map { numbers.number(of: $0) } == [2, 3, 0])
    }

    @Test(arguments: [(1, 1), (8, 1), (9, 2), (16, 2), (17, 4), (65_536, 8192), (65_537, 16_384)])
    func `the flow table has a power of two of sets, for at least so many flows`(flows: Int, sets: Int) {
        #expect(MirrorSelecting.flowSets(flows) == sets)
    }
}
