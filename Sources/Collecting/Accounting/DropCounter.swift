/// The count of dropped datagrams out of the kernel's 32-bit counter, which wraps around.
struct DropCounter {
    private(set) var total: UInt64 = 0
    private var last: UInt32 = 0

    /// Takes a reading; those that are older than one before are ignored.
    mutating func update(_ reading: UInt32) {
        let difference = reading &- last
        guard difference < 1 << 31 else { return }
        total += UInt64(difference)
        last = reading
    }
}
