internal import CLibbpf
import Glibc

extension Map {
    /// Writes many entries of an array at once.
    ///
    /// One system call where the kernel has BPF_MAP_UPDATE_BATCH for this kind of map (arrays: Linux 5.6; per CPU:
    /// 5.16), one for each entry elsewhere.
    ///
    /// - Parameters:
    ///   - first: index of the first entry written.
    ///   - bytes: whole values, one behind the other.
    public func update(from first: Int, bytes: RawSpan) throws(BPFError) {
        let length = valueLength
        guard kind.isArray, bytes.byteCount % length == 0, first >= 0,
            first + bytes.byteCount / length <= maxEntries
        else {
            throw BPFError(
                .invalidArgument,
                "\(bytes.byteCount) bytes from entry \(first) on do not fit the map \"\(name)\" of \(maxEntries) "
                    + "entries of \(length) bytes")
        }
        let count = bytes.byteCount / length
        guard count > 0 else { return }
        let keys = (UInt32(first)..<UInt32(first + count)).map { $0 }
        let status = bytes.withUnsafeBytes { values in
            var done = UInt32(count)
            var status = bpf_map_update_batch(descriptor.rawValue, keys, values.baseAddress, &done, nil)
            // Kernels without the command say EINVAL, those without it for this kind of map ENOTSUPP (524).
            guard status == -EINVAL || status == -524 || status == -EOPNOTSUPP else { return status }
            for index in 0..<count {
                var key = keys[index]
                let value = values.baseAddress?.advanced(by: index * length)
                status = bpf_map_update_elem(descriptor.rawValue, &key, value, 0)
                guard status == 0 else { return status }
            }
            return 0
        }
        guard status == 0 else { throw .system(status, "cannot write \(count) entries to the map \"\(name)\"") }
    }

    /// All entries of an array, one behind the other; see ``update(from:bytes:)`` for how.
    public func allBytes() throws(BPFError) -> [UInt8] {
        guard kind.isArray else { throw BPFError(.invalidArgument, "the map \"\(name)\" is not an array") }
        let length = valueLength
        var status: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: length * maxEntries) { buffer, initialized in
            var keys = [UInt32](repeating: 0, count: maxEntries)
            var count = UInt32(maxEntries)
            var next: UInt32 = 0
            status = bpf_map_lookup_batch(descriptor.rawValue, nil, &next, &keys, buffer.baseAddress, &count, nil)
            if (status == 0 || status == -ENOENT) && Int(count) == maxEntries {
                status = 0
            } else {
                for index in 0..<maxEntries {
                    var key = UInt32(index)
                    status = bpf_map_lookup_elem(
                        descriptor.rawValue, &key, buffer.baseAddress?.advanced(by: index * length))
                    guard status == 0 else { break }
                }
            }
            initialized = status == 0 ? length * maxEntries : 0
        }
        guard status == 0 else { throw .system(status, "cannot read the map \"\(name)\"") }
        return bytes
    }

    /// Writes zeros to all entries of an array; see ``update(from:bytes:)`` for how.
    public func clear() throws(BPFError) {
        let length = valueLength
        // A few megabytes at a time.
        let some = max(1, min(maxEntries, (4 << 20) / length))
        let zeros = [UInt8](repeating: 0, count: some * length)
        var first = 0
        while first < maxEntries {
            let count = min(some, maxEntries - first)
            try update(from: first, bytes: zeros.span.bytes.extracting(0..<count * length))
            first += count
        }
    }

    /// Calls `body` with every key of a map that is no array.
    ///
    /// Keys added or removed meanwhile may be missed; a walk that the kernel starts over ends after twice the map's size.
    public func keys() throws(BPFError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        var seen: Set<[UInt8]> = []
        var steps = 0
        var current: [UInt8]?
        while steps <= 2 * maxEntries {
            var next = [UInt8](repeating: 0, count: keySize)
            let status =
                if let current {
                    bpf_map_get_next_key(descriptor.rawValue, current, &next)
                } else {
                    bpf_map_get_next_key(descriptor.rawValue, nil, &next)
                }
            if status == -ENOENT { break }
            guard status == 0 else { throw .system(status, "cannot list the keys of the map \"\(name)\"") }
            if seen.insert(next).inserted { keys.append(next) }
            current = next
            steps += 1
        }
        return keys
    }
}
