import KernelABI
import Rules

/// What the kernel program knows of every rule's selection: arrays laid out as the structures of `kernel_abi.h`.
struct SelectionTable {
    /// Times at which the kernel's clock and that of the day meet, and at which rules came in force.
    struct Times {
        /// Nanoseconds since 1970 at boot.
        var bootTime: UInt64
        /// When the mirror began, in nanoseconds since boot.
        var start: UInt64
        /// When the rules were first in force, in nanoseconds since boot; those that are missing begin at `now`.
        var inForce: [String: UInt64] = [:]
        var now: UInt64
    }

    /// A rule of the list, or the only one of an expression.
    struct Entry {
        var name: String
        var action: Rule.Action
        var selection: Selection
        /// The number that it has in the metadata of copies.
        var number: UInt32
    }

    private(set) var rules: [rule] = []
    var selections: [selection] = []
    /// The rules with budgets of their own, by name and rate; `selection.budget` is 1 + their index here.
    private(set) var budgets: [(rule: String, rate: BudgetRate)] = []
    /// USES_* of what any rule makes use of.
    private(set) var uses: UInt32 = 0

    init(_ entries: [Entry], _ mirror: MirrorSelection, _ times: Times) {
        var known: [[UInt64]: UInt32] = [:]
        let common = mirror.common
        let end = Self.deadline(common.end, since: times.start, times)
        if common.budget != nil { uses |= UInt32(USES_MIRROR_BUDGET) }
        if mirror.brakes { uses |= UInt32(USES_BRAKE) }
        var last: UInt32?
        rules.reserveCapacity(entries.count)
        for entry in entries {
            guard entry.action == .mirror else {
                rules.append(rule(.skip, number: entry.number))
                continue
            }
            var selection = Self.entry(entry.selection.completed(by: common))
            let own = Self.deadline(entry.selection.end, since: times.inForce[entry.name] ?? times.now, times)
            selection.deadline = [end, own].compactMap(\.self).min() ?? 0
            if let rate = entry.selection.budget {
                budgets.append((entry.name, BudgetRate(rate)))
                selection.budget = UInt32(budgets.count)
            }
            uses |= Self.uses(selection)
            let index: UInt32
            if let last, selections[Int(last)].words == selection.words {
                index = last
            } else if let place = known[selection.words] {
                index = place
            } else {
                index = UInt32(selections.count)
                known[selection.words] = index
                selections.append(selection)
            }
            last = index
            rules.append(rule(.mirror, selection: index, number: entry.number))
        }
        // A map has at least one entry.
        if rules.isEmpty { rules = [rule(.skip)] }
        if selections.isEmpty { selections = [selection()] }
    }

    /// Puts a rule in the place of another.
    /// - Returns: false where the selections would not be the same any more: the table has to be made anew.
    mutating func change(at position: Int, to entry: Entry, _ mirror: MirrorSelection, _ times: Times) -> Bool {
        let table = SelectionTable([entry], mirror, times)
        guard selections.count == 1, table.budgets.isEmpty, budgets.isEmpty, table.uses & ~uses == 0,
            entry.action == .skip || table.selections[0].words == selections[0].words
        else { return false }
        rules[position] = table.rules[0]
        return true
    }

    /// When an end comes, in nanoseconds since boot; nil: never. A time before the boot has passed, and so has 1.
    static func deadline(_ end: Selection.End?, since start: UInt64, _ times: Times) -> UInt64? {
        var ends: [UInt64] = []
        if let after = end?.after { ends.append(start &+ UInt64(clamping: Int64(after / .nanoseconds(1)))) }
        if let at = end?.at { ends.append(at > times.bootTime ? at - times.bootTime : 1) }
        return ends.min()
    }

    private static func entry(_ model: Selection) -> selection {
        var entry = selection()
        entry.sampling_rate = max(1, model.samplingRate ?? 1)
        if entry.sampling_rate > 1 {
            entry.sampling_bound = UInt32((UInt64(1) << 32) / UInt64(entry.sampling_rate))
            entry.sampling_unit = UInt32(model.samplingUnit == .flow ? SAMPLE_FLOWS : SAMPLE_PACKETS)
        }
        switch model.first {
        case nil: break
        case .packets(let count): (entry.first, entry.first_unit) = (count, UInt32(FIRST_PACKETS))
        case .bytes(let count): (entry.first, entry.first_unit) = (count, UInt32(FIRST_BYTES))
        }
        switch model.snapLength {
        case nil: break
        case .bytes(let count): entry.snaplen = count
        case .headers: entry.snaplen = SNAPLEN_HEADERS
        }
        return entry
    }

    private static func uses(_ entry: selection) -> UInt32 {
        var uses = 0
        if entry.deadline != 0 { uses |= USES_DEADLINE }
        if entry.sampling_bound != 0 {
            uses |= entry.sampling_unit == UInt32(SAMPLE_FLOWS) ? USES_FLOW_SAMPLING : USES_SAMPLING
        }
        if entry.first != 0 { uses |= USES_FIRST }
        if entry.budget != 0 { uses |= USES_RULE_BUDGETS }
        return UInt32(uses)
    }
}

extension selection {
    /// The entry's bytes: of two equal ones the kernel needs one only.
    var words: [UInt64] {
        withUnsafeBytes(of: self) { bytes in
            stride(from: 0, to: bytes.count, by: 8).map { bytes.load(fromByteOffset: $0, as: UInt64.self) }
        }
    }
}
