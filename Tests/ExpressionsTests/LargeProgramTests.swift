import BPF
import Expressions
import Testing

/// Lists of hosts and ports as long as libpcap's compiler is let do.
@Suite(.serialized) struct LargeProgramTests {
    enum List: CaseIterable {
        case hosts, hosts6, ipHosts, ports, pairs

        var text: String {
            switch self {
            case .hosts: terms(300) { "host 10.\($0 >> 8).\($0 & 255).7" }
            case .hosts6: terms(700) { "host 2001:db8::\(String($0 + 1, radix: 16))" }
            case .ipHosts: terms(1_200) { "ip host 10.\($0 >> 8).\($0 & 255).7" }
            case .ports: terms(200) { "port \(7 * $0 + 1)" }
            case .pairs: terms(500) { "(src host 10.0.\($0 & 255).\($0 >> 8) and tcp dst port \(7 * $0 + 1))" }
            }
        }

        private func terms(_ count: Int, _ term: (Int) -> String) -> String {
            (0..<count).map(term).joined(separator: " or ")
        }
    }

    @Test(arguments: List.allCases)
    func `long lists load and match`(list: List) throws {
        let expression = try Expression(list.text)
        var comparison = Comparison(frames: Self.frames, seed: 2)
        try comparison.run(expression)
        #expect(comparison.matches[expression.text] != 0)
    }

    @Test func `jumps that would be too long are led over islands`() throws {
        let expression = try Expression(List.pairs.text)
        let straight = try ExtendedProgram(expression, direction: .ingress, ending: .verdict)
        #expect(straight.instructions.count > 60_000)
        // The same over more islands than are needed, and a classic program with nothing but long ways.
        var comparison = Comparison(frames: Self.frames, seed: 2)
        try comparison.run(expression, reach: 10_000)
        let many = try ExtendedProgram(expression.instructions, direction: .ingress, ending: .verdict, reach: 10_000)
        #expect(many.instructions.count > straight.instructions.count)

        var classic = [ClassicInstruction(code: 0x30, k: 30), ClassicInstruction(code: 0x05, k: 40_001)]
        classic.insert(ClassicInstruction(code: 0x15, jt: 0, jf: 1, k: 10), at: 1)
        classic += (0..<40_000).map { _ in ClassicInstruction(code: 0x87, k: 0) }
        classic += [ClassicInstruction(code: 0x06, k: 0), ClassicInstruction(code: 0x06, k: 1)]
        try comparison.run(Expression("far", instructions: classic))
        #expect(comparison.matches["far"] != 0)
    }

    private static let frames: [[UInt8]] = (0..<300).map { index in
        let head: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
        let port: [UInt8] = [UInt8((7 * index + 1) >> 8), UInt8((7 * index + 1) & 255)]
        let address: [UInt8] =
            index & 2 == 0 ? [10, UInt8(index >> 8), UInt8(index & 255), 7] : [10, 0, UInt8(index & 255), 0]
        let v4: [UInt8] = [0x08, 0x00, 0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0] + address + [192, 0, 2, 1]
        let global: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let v6: [UInt8] =
            [0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, 6, 64] + global + [0, UInt8(index & 255)] + global + [9, 9]
        return head + (index % 3 == 0 ? v6 : v4) + [0x80, 1] + port + [UInt8](repeating: 0, count: 16)
    }
}
