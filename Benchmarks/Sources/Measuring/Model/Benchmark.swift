/// Something that can be measured.
public protocol Benchmark: Sendable {
    /// By which it is chosen on the command line: lower case, words joined by hyphens.
    var name: String { get }
    /// Its headline.
    var title: String { get }
    /// What is done and how, in words by which a stranger can judge the figures: Markdown paragraphs.
    var about: String { get }

    /// Measures.
    func run(_ conditions: Conditions) async throws -> [Figure]
}
