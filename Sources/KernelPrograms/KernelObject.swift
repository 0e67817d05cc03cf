/// The compiled BPF object of one kernel program: an ELF file as libbpf reads it.
public struct KernelObject: Sendable {
    /// The folder of its sources under `Kernel/`.
    public let name: String
    private let hexadecimal: StaticString

    package init(name: String, hexadecimal: StaticString) {
        self.name = name
        self.hexadecimal = hexadecimal
    }

    /// The object's bytes.
    public var bytes: [UInt8] {
        func nibble(_ digit: UInt8) -> UInt8 { digit < UInt8(ascii: "a") ? digit &- 48 : digit &- 87 }
        let count = hexadecimal.utf8CodeUnitCount / 2
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let high = nibble(hexadecimal.utf8Start[2 * index])
                buffer[index] = high << 4 | nibble(hexadecimal.utf8Start[2 * index + 1])
            }
            initialized = count
        }
    }
}
