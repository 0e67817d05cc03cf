/// Where a writer's bytes go.
public protocol PcapngSink: ~Copyable {
    /// Takes all the bytes, or throws an error of code `sink`.
    mutating func write(_ bytes: RawSpan) throws(PcapngError)
}

/// An array collects what is written.
extension [UInt8]: PcapngSink {
    public mutating func write(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { append(contentsOf: $0) }
    }
}
