import CommandTestSupport
import Lab
import TestSupport
import Testing

@testable import Commands

@Suite struct RulesCheckTests {
    private func check(_ text: String, json: Bool = false) async throws -> (status: Int32?, text: String, path: String)
    {
        let folder = try TemporaryDirectory()
        let path = try folder.write(Array(text.utf8), to: "rules.yaml")
        let result = try await PeriscopeProcess.run(
            ["rules", "check", path] + (json ? ["--json"] : []), through: PeriscopeProcess.powerless)
        var status: Int32?
        if case .exited(let number) = result.status { status = number }
        return (status, result.text, path)
    }

    private let good = "rules:\n  - {name: web, action: mirror, protocol: tcp, destination-port: [80, 443]}\n"

    @Test func `a good file is summed up in one line`() async throws {
        let result = try await check(good)
        #expect(result.status == 0)
        #expect(result.text.split(separator: "\n").count == 1)
        #expect(result.text.contains("1 rule,"))
        #expect(result.text.contains("kB of memory"))
    }

    @Test func `errors come with file, line and column, all at once`() async throws {
        let result = try await check(
            "rules:\n  - name: a\n    action: copy\n    source: 10.0.0.1/8\n  - name: a\n    action: skip\n")
        #expect(result.status == ExitStatus.usage.rawValue)
        let lines = result.text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("\(result.path):3:13: error: "))
        #expect(lines[1].hasPrefix("\(result.path):4:13: error: "))
        #expect(lines[2].hasPrefix("\(result.path):5:11: error: "))
        #expect(lines[3].hasSuffix(": 3 errors; nothing would be changed"))
    }

    @Test func `a file with warnings can be used`() async throws {
        let result = try await check("rules:\n  - {name: a, action: mirror}\n  - {name: b, action: skip, vlan: 5}\n")
        #expect(result.status == 0)
        #expect(result.text.contains(":3:12: warning: "))
        #expect(result.text.contains("2 rules, "))
        #expect(result.text.contains("; 1 warning\n"))
    }

    @Test func `programs get the same as JSON`() async throws {
        let valid = try await check(good, json: true)
        #expect(valid.status == 0)
        let object = try JSON(valid.text)
        #expect(object["valid"].bool == true)
        #expect(object["rules"].number == 1)
        #expect(try #require(object["tableBytes"].number) > 0)
        #expect(object["diagnostics"].array.isEmpty)
        #expect(object["file"].string == valid.path)

        let wrong = try await check("rules:\n  - {name: a, action: mirror, vlan: 4095}\n", json: true)
        #expect(wrong.status == ExitStatus.usage.rawValue)
        let report = try JSON(wrong.text)
        #expect(report["valid"].bool == false)
        #expect(report["rules"].isNothing)
        let diagnostic = report["diagnostics"][0]
        #expect(diagnostic["severity"].string == "error")
        #expect(diagnostic["line"].number == 2)
        #expect(diagnostic["column"].number == 37)
        #expect(diagnostic.keys == ["severity", "line", "column", "message"])
    }
}
