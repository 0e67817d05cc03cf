import Glibc
import Rules
import Testing

struct DocumentationTests {
    @Test
    func `the examples of the documentation are read without a warning`() throws {
        let repository = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let text = try #require(contents("\(repository)/docs/rules.md"))
        // Odd pieces stand between fences; the first line is the fence's language.
        let fenced = text.split(separator: "```", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let examples = fenced.filter { $0.hasPrefix("yaml\n") || $0.hasPrefix("json\n") }
        #expect(examples.count >= 5)
        for example in examples {
            let file = try RuleFile.parse(text: String(example.dropFirst(5)), file: "rules.md")
            #expect(file.warnings.isEmpty, "\(example)")
            #expect(!file.rules.rules.isEmpty)
        }
    }

    private func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var text = ""
        while let line = readLine(file) { text += line }
        return text
    }

    private func readLine(_ file: UnsafeMutablePointer<FILE>) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            fgets(buffer.baseAddress, 4096, file).map { String(cString: $0) }
        }
    }
}
