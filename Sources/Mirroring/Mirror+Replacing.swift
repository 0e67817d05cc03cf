import BPF
import Netlink
import Rules

/// Other rules while the mirror runs.
///
/// There are two sets of programs and tables. One judges packets; the other is written meanwhile, and then takes its place
/// at every hook from one packet to the next. Long lists are written into the set that was in force before, whose programs
/// need not be loaded again; only where they do not look at what the new rules name is there a new set.
extension Mirror {
    /// Puts another matcher in the place of the one in force.
    ///
    /// The new programs and their tables are complete before the first packet sees them, and each hook goes over to
    /// them from one packet to the next. When anything fails the old ones stay in force. ``settle()`` is to follow.
    public func replace(_ matcher: Matcher) throws {
        try settle()
        let hooks = configuration.direction.hooks
        let next = try programs(for: matcher)
        if configuration.pinned { try MirrorPins(record).replaceMaps(next.programArrays) }
        var replaced: [Hook] = []
        do {
            // As late as can be: what is spent from now on until the programs change hands is forgotten.
            try next.fillBudgets(continuing: programs)
            for hook in hooks {
                guard let program = next.program(for: hook) else { continue }
                try attachments.replace(with: program, at: hook)
                replaced.append(hook)
            }
        } catch {
            for hook in replaced {
                if let program = programs.program(for: hook) { try? attachments.replace(with: program, at: hook) }
            }
            if configuration.pinned { try? MirrorPins(record).replaceMaps(programs.programArrays) }
            throw error
        }
        leaving = programs
        programs = next
        generation &+= 1
        selecting.matcher = matcher
    }

    /// Counts what the programs that were replaced have counted, once no packet can be in them, and writes it down.
    ///
    /// Nothing waits for it but the next replacement.
    public func settle() throws {
        guard let left = leaving, let matcher = selecting.matcher else { return }
        // A packet that is just being judged by the old programs still counts there.
        try GracePeriod.wait()
        retired = try left.counters(targets: record.targets).adding(retired).filter { $0.matched.packets > 0 }
        leaving = nil
        if left.isChangeable, (try? left.clearCounters()) != nil { spare = left }
        record.update(matcher, programs, retired)
        try registry.write(record)
    }

    /// Makes the second set of programs and tables beforehand, if the rules are such that it can be written later and takes
    /// no more than 64 MB: so the first replacement is as fast as the next. Without it, or where it fails, nothing is lost.
    public func prepareReplacement() {
        guard spare == nil, programs.isChangeable, programs.tableBytes <= 64 << 20, let matcher = selecting.matcher
        else {
            return
        }
        spare = try? load(matcher)
    }

    /// Programs that will judge by a matcher.
    private func programs(for matcher: Matcher) throws -> MatcherPrograms {
        if case .rules(let list) = matcher, var taken = spare.take() {
            if taken.change(to: list, &selecting, generation: nextGeneration) { return taken }
            if try taken.take(list, selecting.table(for: matcher), generation: nextGeneration) { return taken }
        }
        spare = nil
        return try load(matcher)
    }

    private func load(_ matcher: Matcher) throws -> MatcherPrograms {
        try MatcherPrograms(
            matcher, selecting.table(for: matcher),
            selecting.settings(configuration.targets, tap: devices.tap.index), generation: nextGeneration,
            hooks: configuration.direction.hooks, shared: &shared)
    }

    private var nextGeneration: UInt8 { UInt8(truncatingIfNeeded: generation &+ 1) }
}
