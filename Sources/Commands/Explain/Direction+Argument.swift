public import ArgumentParser
public import Rules

extension Direction: ExpressibleByArgument {
    public init?(argument: String) {
        guard let direction = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = direction
    }

    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
}
