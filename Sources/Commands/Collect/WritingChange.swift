internal import Collecting

/// That something went wrong with the capture, or is well again.
struct WritingChange: Hashable {
    /// What went wrong; nil when the capture goes on.
    var failure: String?

    var isResumed: Bool { failure == nil }

    /// Follows what collectors say of the capture from second to second.
    struct Watch {
        private var failure: String?
        private var last: String?

        /// What is new; nil when nothing is.
        mutating func update(_ snapshot: CollectorSnapshot) -> WritingChange? {
            defer { (failure, last) = (snapshot.writeFailure, snapshot.lastWriteFailure) }
            if let now = snapshot.writeFailure { return now == failure ? nil : WritingChange(failure: now) }
            if failure != nil { return WritingChange(failure: nil) }
            // It went by, or concerned the next file only, between two looks.
            return snapshot.lastWriteFailure == last ? nil : WritingChange(failure: snapshot.lastWriteFailure)
        }
    }
}
