import Glibc

/// What the verifier wrote about a program.
public struct VerifierLog: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    /// The lines that say why: the last ones, without the verifier's statistics.
    public func lastLines(_ count: Int = 6) -> [Substring] {
        let lines = text.split(whereSeparator: \.isNewline).filter { line in
            !line.hasPrefix("processed ") && !line.hasPrefix("verification time ")
                && !line.hasPrefix("stack depth ") && !line.allSatisfy(\.isWhitespace)
        }
        return lines.suffix(count)
    }

    /// The error of a load that failed with `errno`.
    func error(loading name: String, errno number: Int32) -> BPFError {
        let number = abs(number)
        guard !text.isEmpty, number != EPERM else {
            return .system(number, "cannot load the program \"\(name)\"")
        }
        return BPFError(
            .refusedByVerifier,
            "the kernel's verifier refused the program \"\(name)\":\n  " + lastLines().joined(separator: "\n  "),
            cause: number, verifierLog: text)
    }
}
