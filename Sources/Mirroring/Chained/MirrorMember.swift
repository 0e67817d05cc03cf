public import BPF

/// A mirror's program for one hook, for the chain there.
///
/// It knows nothing of chaining: every packet goes on with the verdict -1 (TC_ACT_UNSPEC), whatever became of its copy.
public struct MirrorMember: Sendable {
    public let hook: Hook
    public let program: Program
    /// Maps that have to last as long as the program does, by name: those through which it jumps.
    public let maps: [String: Map]

    /// Tail calls within it, at most: one from matching to selecting, and as many as a search in the list may be resumed.
    public let tailCalls: Int

    init(_ hook: Hook, _ program: Program, maps: [String: Map], tailCalls: Int) {
        self.hook = hook
        self.program = program
        self.maps = maps
        self.tailCalls = tailCalls
    }
}
