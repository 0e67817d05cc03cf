import BPF
import KernelABI
import KernelPrograms
import Rules
import TestSupport
import Testing

/// How much work the programs are for the kernel's verifier, which gives up after a million instructions.
struct VerifierTests {
    /// Instructions that the verifier went through, as its statistics say.
    private func processed(_ object: BPFObject, _ program: String) throws -> Int {
        let line = object.verifierLog(of: program).text.split(separator: "\n").last { $0.hasPrefix("processed ") }
        return try #require(line.flatMap { Int($0.split(separator: " ")[1]) })
    }

    @Test(arguments: [1, 3, 1_000, 10_000, 100_000])
    func `a matcher is far from what the verifier may do, however many rules it has`(count: Int) throws {
        for kind in [RuleGenerator.Kind.crowded, .exact] {
            var generator = RuleGenerator(seed: 1, kind: kind)
            let table = try LoadedTable(RuleList(generator.rules(count)), logLevel: 4)
            for program in ["match_ingress", "match_egress", "resume_ingress", "resume_egress"] {
                #expect(try processed(table.object, program) < 250_000, "\(program), \(count) rules, \(kind)")
            }
        }
    }

    @Test
    func `the tunnel program is far from what the verifier may do`() throws {
        let object = try BPFObject(KernelObject.tunnel.bytes, name: "tunnel")
        try object.load(logLevel: 4)
        #expect(try processed(object, "tunnel") < 250_000)
    }

    @Test(arguments: [0, 0x7f, 0xff, 0x17f, 0x1ff])
    func `selection is far from what the verifier may do, whatever is used of it`(uses: Int) throws {
        let object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        var copying = copy_settings()
        copying.uses = UInt32(uses)
        copying.target_count = UInt32(MAX_TARGETS)
        copying.flow_set_mask = 15
        try object.setConstants(copying, at: object.constant(named: "copy_settings").offset)
        try object.load(logLevel: 4)
        for program in ["select_ingress", "select_egress"] {
            #expect(try processed(object, program) < 250_000, "\(program), uses \(uses)")
        }
    }
}
