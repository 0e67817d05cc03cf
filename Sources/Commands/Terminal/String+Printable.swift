extension String {
    /// The text without what a terminal obeys: other users' records of mirrors may hold anything.
    package var printable: String {
        filter { character in !character.unicodeScalars.contains { $0.properties.generalCategory == .control } }
    }
}
