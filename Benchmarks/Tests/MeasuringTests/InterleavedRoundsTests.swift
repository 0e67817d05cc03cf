import Measuring
import Testing

@Suite("Interleaved rounds")
struct InterleavedRoundsTests {
    @Test("measure every candidate once a round, in an order that turns, and leave warm-ups out")
    func order() {
        var asked: [Int] = []
        let rounds = InterleavedRounds(3, warmUps: 1).run(["a", "b", "c"]) { index in
            asked.append(index)
            return Double(asked.count)
        }
        #expect(asked == [0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2])
        #expect(rounds.values(of: "a") == [6, 8, 10])
        #expect(rounds.values(of: "b") == [4, 9, 11])
        #expect(rounds.values(of: "c") == [5, 7, 12])
        #expect(rounds.values(of: "d") == nil)
    }

    @Test("compare round by round: what slows a whole round down is not in the figure")
    func comparison() {
        let rounds = Rounds(candidates: ["empty", "ours"], values: [[10, 20, 30], [15, 25, 35]])
        let difference = rounds.measurement(of: 1, against: 0, by: .difference)
        #expect(difference.value == Distribution([5, 5, 5]))
        #expect(difference.baseline?.median == 20)
        #expect(difference.candidate?.median == 25)
        let ratio = rounds.measurement(of: 1, against: 0, by: .ratio)
        #expect(ratio.value.maximum == 1.5)
    }
}
