internal import ArgumentParser
internal import BPF
internal import Collecting
internal import Expressions
internal import Lab
internal import Mirroring
internal import Netlink
internal import Rules

/// Why a command stops: one message on standard error, and an exit status.
package struct Failure: Error, CustomStringConvertible {
    package let status: ExitStatus
    package let description: String

    package init(_ status: ExitStatus, _ message: String) {
        self.status = status
        description = message
    }

    /// Any error of the modules below, with the status that it stands for.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as any ErrorWithStatus: self.init(error.exitStatus, error.description)
        case let error as MirrorError: self.init(error)
        case let error as ExpressionError: self.init(.usage, error.description)
        case let error as RulesError:
            let all = error.diagnostics.map(\.description)
            self.init(Self.status(of: error), all.isEmpty ? error.message : all.joined(separator: "\n"))
        case let error as NetlinkError: self.init(Self.status(of: error), error.description)
        case let error as BPFError: self.init(Self.status(of: error), error.description)
        case let error as CollectorError: self.init(Self.status(of: error), error.description)
        case let error as LabError: self.init(Self.status(of: error), error.description)
        default: self.init(.kernel, "\(error)")
        }
    }

    private init(_ error: MirrorError) {
        switch error.code {
        case .usage: self.init(.usage, error.description)
        case .notFound: self.init(.notFound, error.description)
        case .notPermitted: self.init(.notPermitted, error.description)
        case .notSupported: self.init(.notSupported, error.description)
        case .kernel: self.init(.kernel, error.description)
        }
    }

    private static func status(of error: RulesError) -> ExitStatus {
        switch error.code {
        case .unreadable: .noInput
        case .disagreement: .kernel
        default: .usage
        }
    }

    private static func status(of error: NetlinkError) -> ExitStatus {
        switch error.code {
        case .notPermitted: .notPermitted
        case .notSupported: .notSupported
        case .notFound: .notFound
        default: .kernel
        }
    }

    private static func status(of error: BPFError) -> ExitStatus {
        switch error.code {
        case .notPermitted: .notPermitted
        case .notSupported: .notSupported
        default: .kernel
        }
    }

    private static func status(of error: CollectorError) -> ExitStatus {
        switch error.code {
        case .configuration: .usage
        case .listen, .delivery: .notFound
        case .output: .cannotCreate
        case .receive, .resources: .kernel
        }
    }

    private static func status(of error: LabError) -> ExitStatus {
        switch error.code {
        case .invalidName: .usage
        case .notPermitted: .notPermitted
        case .programMissing: .notSupported
        case .alreadyExists, .cancelled: .failed
        default: .kernel
        }
    }
}
