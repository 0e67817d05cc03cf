extension String {
    /// The text in quotes as a message may have it: on one line, not too long, without what a terminal obeys.
    public var quoted: String {
        let shown = unicodeScalars.count > 80 ? String(prefix(77)) + "..." : self
        let printable = shown.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }
        return "\"" + printable.joined() + "\""
    }
}
