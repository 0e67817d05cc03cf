import Glibc

/// An open file descriptor and its only owner: it closes with the value.
struct Descriptor: ~Copyable, Sendable {
    let rawValue: Int32

    init(taking rawValue: Int32) {
        self.rawValue = rawValue
    }

    consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }

    deinit {
        _ = close(rawValue)
    }
}
