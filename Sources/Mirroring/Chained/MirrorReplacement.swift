import BPF

/// Other programs of a mirror, loaded and with their tables complete, that no packet comes to yet.
public final class MirrorReplacement {
    let matcher: Matcher
    var programs: MatcherPrograms
    /// What is to stand in the chains in the place of the mirror's present members.
    public let members: [MirrorMember]

    init(_ matcher: Matcher, _ programs: MatcherPrograms, at hooks: [Hook]) {
        self.matcher = matcher
        self.programs = programs
        members = programs.members(at: hooks)
    }
}

extension MatcherPrograms {
    func members(at hooks: [Hook]) -> [MirrorMember] {
        hooks.compactMap { hook in
            program(for: hook).map { MirrorMember(hook, $0, maps: lasting, tailCalls: tailCalls) }
        }
    }
}
