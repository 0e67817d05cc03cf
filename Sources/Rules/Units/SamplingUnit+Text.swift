extension Selection.SamplingUnit {
    /// Reads `packet` or `flow`.
    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        guard let unit = Self(rawValue: text.lowercased()) else {
            let hint = Spelling.hint(text, among: Self.allCases.map(\.rawValue))
            throw RulesError(
                .invalidValue, "\"\(text.shortened)\" is nothing to sample by: write packet or flow\(hint)")
        }
        self = unit
    }
}
