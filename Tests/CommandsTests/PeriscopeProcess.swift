import Foundation
import Lab

/// The real executable, which is built beside the tests.
enum PeriscopeProcess {
    static let executable: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/periscope"
    }()

    /// Runs it to its end.
    static func run(_ arguments: [String], through wrapper: [String] = []) async throws -> ProcessResult {
        try await start(arguments, through: wrapper).wait()
    }

    /// Starts it; a test that hangs is ended.
    static func start(_ arguments: [String], through wrapper: [String] = []) throws -> RunningProcess {
        try RunningProcess(wrapper + [executable] + arguments, limit: .seconds(120))
    }
}

/// A value of a JSON text, for tests that read what programs would read.
struct JSON {
    let value: Any?

    init(_ text: some StringProtocol) throws { value = try JSONSerialization.jsonObject(with: Data(text.utf8)) }

    private init(value: Any?) { self.value = value }

    subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
    subscript(_ index: Int) -> JSON {
        let all = array
        return all.indices.contains(index) ? all[index] : JSON(value: nil)
    }

    var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
    var string: String? { value as? String }
    var number: Int? { (value as? NSNumber)?.intValue }
    var bool: Bool? { value as? Bool }
    var isNothing: Bool { value == nil }

    /// Every line of an output.
    static func lines(_ text: String) throws -> [JSON] { try text.split(separator: "\n").map { try JSON($0) } }
}

/// What a test expected and did not get, before it could go on.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
