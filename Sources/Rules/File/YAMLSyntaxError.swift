/// What libyaml says of a text that it cannot read.
struct YAMLSyntaxError: Error {
    /// Where it was found, and how libyaml knows the place.
    enum Place {
        case position(FilePosition)
        /// Bytes before it: what cannot be decoded has no line yet.
        case offset(Int)
        case unknown
    }

    /// What was being read then, if that is known.
    let context: String?
    let problem: String
    let place: Place
}
