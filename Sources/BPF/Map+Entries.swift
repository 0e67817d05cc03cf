internal import CLibbpf
import Glibc

extension Map {
    /// All keys and values of a hash map, each one behind the other, in the same order.
    ///
    /// One system call for thousands of entries where the kernel has BPF_MAP_LOOKUP_BATCH for hash maps (Linux 5.6), one
    /// for each elsewhere. Keys that come or go meanwhile may be missing; none is there twice.
    public func allEntries() throws(BPFError) -> (keys: [UInt8], values: [UInt8]) {
        guard !kind.isArray, !kind.isPerCPU else {
            throw BPFError(.invalidArgument, "the map \"\(name)\" is no hash map with one value for each key")
        }
        var keys: [UInt8] = []
        var values: [UInt8] = []
        // More than a bucket can reasonably have: the kernel hands buckets out whole.
        var room = min(4096, max(64, maxEntries))
        var position = [UInt8](repeating: 0, count: max(4, keySize))
        var isFirst = true
        while true {
            var someKeys = [UInt8](repeating: 0, count: room * keySize)
            var someValues = [UInt8](repeating: 0, count: room * valueSize)
            var next = position
            var count = UInt32(room)
            let status = position.withUnsafeMutableBytes { start in
                bpf_map_lookup_batch(
                    descriptor.rawValue, isFirst ? nil : start.baseAddress, &next, &someKeys, &someValues, &count, nil)
            }
            switch status {
            case -ENOSPC where room < maxEntries:
                room = min(2 * room, maxEntries)
                continue
            case -EINVAL, -524, -EOPNOTSUPP: return try entriesOneByOne()
            case 0, -ENOENT: break
            default: throw .system(status, "cannot read the map \"\(name)\"")
            }
            keys += someKeys.prefix(Int(count) * keySize)
            values += someValues.prefix(Int(count) * valueSize)
            if status == -ENOENT { return (keys, values) }
            position = next
            isFirst = false
        }
    }

    func entriesOneByOne() throws(BPFError) -> (keys: [UInt8], values: [UInt8]) {
        var keys: [UInt8] = []
        var values: [UInt8] = []
        for key in try self.keys() {
            let found = key.withUnsafeBytes { key in Result { () throws(BPFError) in try lookup(key: key) } }
            guard let value = try found.get() else { continue }
            keys += key
            values += value
        }
        return (keys, values)
    }
}
