import Foundation

/// The texts in docs/, for tests that compare them with what there is.
public enum Documentation {
    public static func text(of name: String) throws -> String {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return try String(contentsOf: root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
    }
}
