internal import ArgumentParser
internal import Rules

/// A length of time as people write it on the command line; `Duration.init(text:)` says how.
struct TimeSpan: Hashable, Sendable {
    let duration: Duration

    /// nil when the text is not a length of time above zero.
    init?(_ text: String) {
        guard let duration = try? Duration(text: text) else { return nil }
        self.duration = duration
    }

    init(_ duration: Duration) { self.duration = duration }
}

extension TimeSpan: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }

    var defaultValueDescription: String { description }
}

extension TimeSpan: CustomStringConvertible {
    var description: String { duration.text }
}
