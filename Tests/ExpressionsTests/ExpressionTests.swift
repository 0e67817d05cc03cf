import Expressions
import TestSupport
import Testing

@Suite struct ExpressionTests {
    private static let web: [UInt8] =
        [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0]
        + [10, 0, 0, 1, 192, 168, 1, 7, 0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 4, 0, 0, 0, 0, 0]

    @Test func `a filter is compiled to libpcap's program`() throws {
        let expression = try Expression("tcp port 80 and host 10.0.0.1")
        #expect(expression.text == "tcp port 80 and host 10.0.0.1")
        #expect(expression.instructions.first == ClassicInstruction(code: 0x28, k: 12))
        #expect(expression.accepts(Self.web))
        #expect(try !Expression("udp").accepts(Self.web))
    }

    @Test func `the empty filter matches everything, even nothing`() throws {
        let expression = try Expression("")
        #expect(expression.instructions.count == 1)
        #expect(expression.accepts(Self.web))
        #expect(expression.accepts([UInt8]()))
        #expect(try !Expression("ip").accepts([UInt8]()))
    }

    @Test func `lengths are those on the wire`() throws {
        let expression = try Expression("greater 1000")
        #expect(!expression.accepts(Self.web))
        #expect(expression.accepts(Self.web, originalLength: 1_500))
    }

    @Test(arguments: Corpus.refused)
    func `what libpcap refuses is refused in its words`(expression: String, message: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression(expression) }
        #expect(error?.code == .invalid)
        #expect(error?.message == message)
    }

    @Test func `a NUL character does not end a filter early`() {
        let error = #expect(throws: ExpressionError.self) { try Expression("tcp\0 and nonsense") }
        #expect(error?.code == .invalid)
    }

    @Test func `lists that would keep libpcap busy are refused, with a way out`() throws {
        let ports = (1...400).map { "port \($0)" }.joined(separator: " or ")
        let hosts = (0..<2_500).map { "host 10.0.\($0 >> 8).\($0 & 255)" }.joined(separator: " or ")
        for text in [ports, hosts] {
            let error = #expect(throws: ExpressionError.self) { try Expression(text) }
            #expect(error?.code == .tooLarge)
            #expect(error?.message.contains("rule file") == true)
        }
    }

    @Test func `the disassembly is tcpdump's`() throws {
        #expect(
            try Expression("ip").disassembly == """
                (000) ldh      [12]
                (001) jeq      #0x800           jt 2	jf 3
                (002) ret      #262144
                (003) ret      #0
                """)
    }

    @Test func `expressions say whether they ask about more than the frame`() throws {
        for text in Corpus.ofMetadata { #expect(try Expression(text).readsMetadata, "\(text)") }
        for text in Corpus.ofFrames { #expect(try !Expression(text).readsMetadata, "\(text)") }
    }

    @Test func `many threads compile, match and disassemble at once`() async throws {
        let expected = try Corpus.ofFrames.prefix(100).map { try Expression($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for expression in expected {
                        let again = try Expression(expression.text)
                        #expect(again == expression)
                        #expect(again.disassembly == expression.disassembly)
                        #expect(again.accepts(Self.web) == expression.accepts(Self.web))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
