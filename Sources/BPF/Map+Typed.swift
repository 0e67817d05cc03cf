extension Map {
    /// Checks the map's kind and sizes once, so that typed access needs no more checks.
    func require(_ kinds: [Kind], key: Int = 4, value: Int) throws(BPFError) {
        guard kinds.contains(kind), key == keySize, value == valueSize else {
            throw BPFError(
                .invalidArgument,
                "the map \"\(name)\" (type \(kind.rawValue)) has keys of \(keySize) and values of \(valueSize) bytes; "
                    + "expected was type \(kinds.map(\.rawValue)) with \(key) and \(value)")
        }
    }

    func update(key: UnsafeRawBufferPointer, bytes: [UInt8]) throws(BPFError) {
        let result = bytes.withUnsafeBytes { value in
            Result { () throws(BPFError) in try update(key: key, value: value) }
        }
        try result.get()
    }
}

extension [UInt8] {
    /// The values in these bytes, `stride` apart.
    func values<Value: BitwiseCopyable>(stride: Int) -> [Value] {
        withUnsafeBytes { bytes in
            Swift.stride(from: 0, to: bytes.count, by: stride).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
            }
        }
    }

    init<Value: BitwiseCopyable>(repeating value: Value, times: Int, stride: Int) {
        self.init(repeating: 0, count: times * stride)
        withUnsafeMutableBytes { bytes in
            for index in 0..<times {
                bytes.storeBytes(of: value, toByteOffset: index * stride, as: Value.self)
            }
        }
    }
}
