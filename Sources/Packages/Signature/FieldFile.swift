internal import FoundationEssentials
internal import PackageFormat

/// The form of key and signature files: a line for each field, `name: value`, the first of which is `type`.
///
///     type: periscope public key 1
///     id: 0123456789abcdef
///     key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
struct FieldFile {
    private let name: String
    private var fields: [(key: Substring, value: Substring, line: Int)]
    private let failure: PackageError.Code

    /// - Parameters:
    ///   - type: what the file has to be.
    ///   - failure: the code of all that is wrong with it.
    init(_ bytes: [UInt8], name: String, type: String, failure: PackageError.Code) throws(PackageError) {
        self.name = name
        self.failure = failure
        guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n"), !text.contains("\r") else {
            throw PackageError(failure, "\(name) is no text of whole lines")
        }
        fields = []
        for (index, line) in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let colon = line.firstRange(of: ": ") else {
                throw PackageError(failure, "\(name):\(index + 1): a field \"name: value\" is expected")
            }
            fields.append((line[..<colon.lowerBound], line[colon.upperBound...], index + 1))
        }
        guard fields.first?.key == "type", fields[0].value == type else {
            throw PackageError(failure, "\(name):1: the file does not begin with \"type: \(type)\"")
        }
        fields.removeFirst()
    }

    /// The next field, which has to be this one.
    mutating func take(_ key: String) throws(PackageError) -> Substring {
        guard let field = fields.first, field.key == key else {
            throw PackageError(failure, "\(name): the field \"\(key)\" is missing, or not in its place")
        }
        fields.removeFirst()
        return field.value
    }

    var isAtEnd: Bool { fields.isEmpty }

    func finish() throws(PackageError) {
        if let field = fields.first {
            throw PackageError(failure, "\(name):\(field.line): there is no field \(String(field.key).quoted) here")
        }
    }

    /// Reads base64 (RFC 4648, section 4), in the one form that encodes these bytes.
    func decode(_ text: Substring, count: Int, _ what: String) throws(PackageError) -> [UInt8] {
        guard let data = Data(base64Encoded: String(text)), data.count == count, data.base64EncodedString() == text
        else {
            throw PackageError(failure, "\(name): the \(what) is not \(count) bytes in base64")
        }
        return Array(data)
    }

    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
