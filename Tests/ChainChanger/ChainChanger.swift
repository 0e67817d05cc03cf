import BPF
import Chaining
import Foundation

/// Changes a chain at random until it is killed, and says what it is about to do, and has done. For tests only.
///
/// Arguments: folder of pins, interface, hook, seed, pin of the map of traces, then NUMBER:ENTRY:PATH of each member's
/// object. Members with numbers up to 4, and 7, go on by their map "next_program".
@main
struct ChainChanger {
    private struct Member {
        let number: UInt8
        let entry: String
        let object: [UInt8]
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 6, let hook = ChainHook(rawValue: arguments[3]), let seed = UInt64(arguments[4]) else {
            say("usage: chain-changer FOLDER INTERFACE HOOK SEED TRACES NUMBER:ENTRY:PATH...")
            exit(2)
        }
        var random = Generator(state: seed)
        let traces = try Map.open(pinned: arguments[5])
        let members = try arguments[6...].map { text in
            let parts = text.split(separator: ":").map(String.init)
            return Member(
                number: UInt8(parts[0]) ?? 0, entry: parts[1],
                object: Array(try Data(contentsOf: URL(fileURLWithPath: parts[2]))))
        }
        let chain = try Chain.open(ChainSite(interface: arguments[2], hook: hook), in: arguments[1])
        say("has \(text(chain.members))")
        var revision = 0
        while true {
            revision += 1
            let kept = Dictionary(uniqueKeysWithValues: chain.members.map { ($0.name, $0.revision) })
            let plan = ChainPlan(
                members.shuffled(using: &random).prefix(Int.random(in: 1...members.count, using: &random)).map {
                    member in
                    let isLinked = member.number <= 4 || member.number == 7
                    let name = "member.\(member.number)"
                    // One in three is replaced.
                    let renewed = Int.random(in: 0..<3, using: &random) == 0 ? nil : kept[name]
                    var wanted = ChainMember(
                        name: name, revision: renewed ?? "\(seed).\(revision)",
                        source: .object(member.object, entry: member.entry),
                        continuation: isLinked
                            ? .nextProgram(map: "next_program") : .verdicts(hook.passingVerdicts))
                    wanted.lentMaps = ["traces": traces]
                    return wanted
                })
            say("makes \(text(plan.members.map { ($0.name, $0.revision) }))")
            try chain.apply(plan)
            say("made")
        }
    }

    private static func text(_ members: [(name: String, revision: String)]) -> String {
        members.map { "\($0.name)=\($0.revision)" }.joined(separator: " ")
    }

    /// One write for one line: what was said is said, whenever the process ends.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(1, bytes, bytes.count)
    }

    /// SplitMix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
            return mixed ^ mixed >> 31
        }
    }
}
