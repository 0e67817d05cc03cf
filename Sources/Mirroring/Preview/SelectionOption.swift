/// One option of a selection, by itself, of which a preview says what it would let through.
public enum SelectionOption: Hashable, Sendable {
    /// `--sample 1/N`.
    case sampledPackets(oneOf: UInt32)
    /// `--sample 1/N --sample-by flow`.
    case sampledFlows(oneOf: UInt32)
    /// `--first N`.
    case first(UInt64)
    /// `--snaplen headers`.
    case headers
    /// `--snaplen 128` and `256`.
    case snapLength(SnapLength)

    /// The lengths for which the kernel program keeps sums.
    public enum SnapLength: Int, Hashable, Sendable {
        case of128 = 128
        case of256 = 256
    }

    /// Those of which a preview speaks.
    public static let usual: [SelectionOption] = [
        .sampledPackets(oneOf: 10), .sampledPackets(oneOf: 100), .sampledFlows(oneOf: 10), .sampledFlows(oneOf: 100),
        .first(10), .first(100), .snapLength(.of256), .snapLength(.of128), .headers,
    ]
}

extension SelectionOption: CustomStringConvertible {
    /// The option as it is written on the command line.
    public var description: String {
        switch self {
        case .sampledPackets(let rate): "--sample 1/\(rate)"
        case .sampledFlows(let rate): "--sample 1/\(rate) --sample-by flow"
        case .first(let count): "--first \(count)"
        case .headers: "--snaplen headers"
        case .snapLength(let length): "--snaplen \(length.rawValue)"
        }
    }
}
