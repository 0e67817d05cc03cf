public import Packets

extension IPAddress: ExpressibleByStringLiteral {
    /// An address written in a test's source; ends the test run when it is none.
    public init(stringLiteral text: String) {
        guard let address = try? IPAddress(text) else { fatalError("\(text) is no address") }
        self = address
    }
}
