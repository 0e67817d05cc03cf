/// What a process has to know of a mirror that another began, to go on with it as if it were the same.
public struct MirrorContinuation: Hashable, Sendable, Codable {
    /// Tells the kernel objects apart: programs of other ones would read maps of these differently.
    var objects: UInt64
    /// The run of the mirror, in the metadata of copies.
    var stream: UInt32
    /// How often its rules were replaced, up to those that the record names.
    var generation: UInt32
    /// By which flows are sampled.
    var samplingSeed: UInt64
    /// When it began, in nanoseconds since boot.
    var start: UInt64
    /// When rules were first in force that end some time after, in nanoseconds since boot.
    var inForce: [String: UInt64]
    /// The rules' numbers in the metadata of copies, by name.
    var numbers: [String: UInt32]
}
