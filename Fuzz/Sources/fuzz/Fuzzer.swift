/// Something that takes any bytes, and what must hold of what it makes of them.
protocol Fuzzer {
    /// Its name on the command line and in `Corpus/`.
    static var name: String { get }

    /// Inputs to begin with, made by the encoders that real input comes from.
    static func seeds() throws -> [Seed]

    /// Tries one input; ends the process, with the reason, when something does not hold.
    static func test(_ input: UnsafeRawBufferPointer)
}

/// An input that is kept under a name.
struct Seed {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    init(_ name: String, _ text: String) {
        self.init(name, Array(text.utf8))
    }
}

/// A fuzzer among others.
struct FuzzerEntry: Sendable {
    let name: String
    let seeds: @Sendable () throws -> [Seed]
    let test: @Sendable (UnsafeRawBufferPointer) -> Void

    private init<F: Fuzzer & SendableMetatype>(_ fuzzer: F.Type) {
        name = F.name
        seeds = { try F.seeds() }
        test = { F.test($0) }
    }

    /// Every fuzzer there is.
    static let all = [
        FuzzerEntry(AddressFuzzer.self), FuzzerEntry(ArchiveFuzzer.self), FuzzerEntry(CaptureFuzzer.self),
        FuzzerEntry(DecapsulationFuzzer.self), FuzzerEntry(ExpressionFuzzer.self), FuzzerEntry(ManifestFuzzer.self),
        FuzzerEntry(MetadataFuzzer.self), FuzzerEntry(PacketFieldsFuzzer.self),
        FuzzerEntry(RuleFileFuzzer.self), FuzzerEntry(TranslationFuzzer.self),
    ]
}

/// Ends the process unless the condition holds. Preconditions lose their words in optimised builds.
func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}

/// The value, where there has to be one.
func require<Value>(_ what: String, _ body: () throws -> Value) -> Value {
    do { return try body() } catch { fatalError("\(what): \(error)") }
}
