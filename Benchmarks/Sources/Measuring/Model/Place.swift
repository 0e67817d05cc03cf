/// A place on the axis of a figure: a number, such as of rules, or a name.
public enum Place: Hashable, Sendable {
    case number(Double)
    case name(String)

    /// nil for a name.
    public var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }
}

extension Place: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral name: String) { self = .name(name) }
    public init(integerLiteral number: Int) { self = .number(Double(number)) }
}

extension Place: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number): Amount.text(grouped: number)
        case .name(let name): name
        }
    }
}

/// In JSON a number, or a string.
extension Place: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .name(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .name(let name): try container.encode(name)
        }
    }
}
