internal import CTestLinux

/// Runs the body with the calling thread on this CPU only.
public func onCPU<Result>(_ cpu: Int, _ body: () throws -> Result) rethrows -> Result {
    _ = test_pin_to_processor(Int32(cpu))
    defer { _ = test_unpin() }
    return try body()
}
