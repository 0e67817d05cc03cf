/// A value of a JSON text and where it stands.
struct JSONNode {
    enum Value {
        case object([Member])
        case array([JSONNode])
        case string(String)
        /// As it was written: RFC 8259 sets no limits to numbers.
        case number(String)
        case boolean(Bool)
        case null
    }

    /// A name and its value.
    struct Member {
        let key: String
        /// Of the key's first byte.
        let offset: Int
        let node: JSONNode
    }

    let value: Value
    /// Of the value's first byte.
    let offset: Int

    /// What it is, in words.
    var kind: String {
        switch value {
        case .object: "an object"
        case .array: "a list"
        case .string: "a text"
        case .number: "a number"
        case .boolean: "true or false"
        case .null: "null"
        }
    }
}
