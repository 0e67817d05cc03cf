/// How a member lets a packet go on to the next one.
public enum Continuation: Hashable, Sendable {
    /// L3AF's convention: it jumps to entry 0 of its program array of this name, and any verdict of its own is the last
    /// word. A program that never jumps knows nothing of chaining, whatever its map says, and is taken for
    /// ``verdicts(_:)`` of those that let a packet pass.
    case nextProgram(map: String)
    /// It knows nothing of chaining: after these verdicts, from -1 to 30, the packet goes on.
    case verdicts(Set<Int32>)

    /// Tail calls that a packet needs to get to the member and on from it.
    var tailCalls: Int {
        switch self {
        case .nextProgram: 2
        case .verdicts: 1
        }
    }

    /// Bit v + 1 is set for the verdict v (struct chain_place).
    static func mask(_ verdicts: Set<Int32>) -> UInt32 {
        verdicts.reduce(0) { mask, verdict in (-1...30).contains(verdict) ? mask | 1 << UInt32(verdict + 1) : mask }
    }

    /// ``mask(_:)`` the other way.
    static func verdicts(_ mask: UInt32) -> Set<Int32> {
        Set((0..<32).filter { mask >> UInt32($0) & 1 != 0 }.map { Int32($0) - 1 })
    }
}
