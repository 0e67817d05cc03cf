import BPF
import KernelABI
import Rules
import TestSupport
import Testing

/// What the verifier says of the programs, for tables of different sizes.
struct VerifierTests {
    @Test(arguments: [3, 64, 300, 4_096, 10_000])
    func `a matcher loads`(count: Int) throws {
        for kind in RuleGenerator.Kind.allCases {
            var generator = RuleGenerator(seed: 1, kind: kind)
            let list = try RuleList(generator.rules(count))
            let clock = ContinuousClock()
            var table: LoadedTable?
            let time = try clock.measure { table = try LoadedTable(list, logLevel: 4) }
            let log = try #require(table?.object.verifierLog(of: "match_ingress"))
            let log2 = try #require(table?.object.verifierLog(of: "resume_ingress"))
            print("VERIFIER", count, kind, time, table!.table.settings.fields, log.text.split(separator: "\n").suffix(3), log2.text.split(separator: "\n").suffix(1))
        }
    }
}
