import Foundation
public import Lab

/// The real executable, which is built beside the tests.
public enum PeriscopeProcess {
    public static let executable: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/periscope"
    }()

    /// Runs it to its end.
    public static func run(_ arguments: [String], through wrapper: [String] = []) async throws -> ProcessResult {
        try await start(arguments, through: wrapper).wait()
    }

    /// Starts it; a test that hangs is ended.
    public static func start(_ arguments: [String], through wrapper: [String] = []) throws -> RunningProcess {
        try RunningProcess(wrapper + [executable] + arguments, limit: .seconds(120))
    }

    /// Runs what follows as root without any capability.
    public static let powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
}
