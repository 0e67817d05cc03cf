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
        let replacement = try prepare(matcher)
        let next = replacement.programs
        if configuration.pinned { try MirrorPins(record).replaceMaps(next.programArrays) }
        var replaced: [Hook] = []
        do {
            try continueBudgets(in: replacement)
            for hook in configuration.direction.hooks {
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
        complete(replacement)
    }

    /// Loads programs that judge by another matcher; nothing changes for packets yet.
    ///
    /// Of a mirror whose programs stand in chains: puts the replacement's members in the place of the present ones there,
    /// between ``continueBudgets(in:)`` and ``complete(_:)``, or forget it.
    public func prepare(_ matcher: Matcher) throws -> MirrorReplacement {
        try settle()
        let next = try programs(for: matcher)
        if let runs { try runs.pin(next, generation &+ 1) }
        return MirrorReplacement(matcher, next, at: configuration.direction.hooks)
    }

    /// Of a mirror whose programs stand in chains.
    private var runs: RunPins? {
        configuration.placement == .interface ? nil : RunPins(folder: MirrorPins(record).mapFolder)
    }

    /// Has the new programs go on with what is spent of the rules' budgets. As late as can be: what is spent from now on
    /// until the programs change hands is forgotten.
    public func continueBudgets(in replacement: MirrorReplacement) throws {
        try replacement.programs.fillBudgets(continuing: programs)
    }

    /// Packets come to the new programs now. ``settle()`` is to follow.
    public func complete(_ replacement: MirrorReplacement) {
        leaving = [programs.counted]
        leavingPrograms = programs
        programs = replacement.programs
        generation &+= 1
        selecting.matcher = replacement.matcher
    }

    /// Counts what the programs that were replaced have counted, once no packet can be in them, and writes it down.
    ///
    /// Nothing waits for it but the next replacement.
    public func settle() throws {
        guard !leaving.isEmpty, let matcher = selecting.matcher else { return }
        // A packet that is just being judged by the old programs still counts there.
        try GracePeriod.wait()
        for left in leaving {
            retired = try left.read(targets: record.targets).adding(retired).filter { $0.matched.packets > 0 }
        }
        leaving = []
        let programsLeft = leavingPrograms.take()
        record.update(matcher, programs, retired)
        if let runs {
            record.continuation = continuation
            try registry.write(record)
            for old in runs.generations where old != generation { runs.remove(old) }
            try shared.pin(in: runs.folder)
        } else {
            try registry.write(record)
        }
        if let programsLeft, programsLeft.isChangeable, (try? programsLeft.clearCounters()) != nil {
            spare = programsLeft
        }
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
