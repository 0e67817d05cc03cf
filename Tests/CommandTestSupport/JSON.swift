import Foundation

/// A value of a JSON text, for tests that read what programs would read.
public struct JSON {
    public let value: Any?

    public init(_ text: some StringProtocol) throws { value = try JSONSerialization.jsonObject(with: Data(text.utf8)) }

    private init(value: Any?) { self.value = value }

    public subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
    public subscript(_ index: Int) -> JSON {
        let all = array
        return all.indices.contains(index) ? all[index] : JSON(value: nil)
    }

    public var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    public var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
    public var string: String? { value as? String }
    public var number: Int? { (value as? NSNumber)?.intValue }
    public var bool: Bool? { value as? Bool }
    public var isNothing: Bool { value == nil }

    /// Every line of an output.
    public static func lines(_ text: String) throws -> [JSON] { try text.split(separator: "\n").map { try JSON($0) } }

    /// All keys below a value; those of `failed` and `malformed` are reasons.
    public var allKeys: Set<String> {
        var found = keys
        for key in keys where !["failed", "malformed"].contains(key) { found.formUnion(self[key].allKeys) }
        for element in array { found.formUnion(element.allKeys) }
        return found
    }
}
