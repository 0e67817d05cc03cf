import Netlink

extension BPFError {
    /// What netlink said about the filters and qdiscs of an interface.
    init(_ error: NetlinkError) {
        let code: Code =
            switch error.code {
            case .notSupported: .notSupported
            case .notPermitted: .notPermitted
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .busy: .busy
            case .invalidArgument: .invalidArgument
            default: .system
            }
        self.init(code, error.message, cause: error.cause)
    }

    /// Runs `body` and throws its netlink error as one of this module.
    static func translating<R>(_ body: () throws(NetlinkError) -> R) throws(BPFError) -> R {
        do { return try body() } catch { throw BPFError(error) }
    }
}
