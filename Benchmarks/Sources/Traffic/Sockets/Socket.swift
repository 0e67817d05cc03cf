internal import CTraffic
import Glibc

/// A socket with one owner, closed when the owner goes.
struct Socket: ~Copyable, Sendable {
    let number: Int32

    /// An IPv4 socket of the calling thread's namespace.
    init(_ type: __socket_type) throws(TrafficError) {
        number = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw TrafficError.system("cannot make a socket") }
    }

    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(TrafficError) {
        var value = value
        guard setsockopt(number, level, option, &value, 4) == 0 else {
            throw TrafficError.system("cannot set option \(option) of a socket")
        }
    }

    func bind(_ address: SocketAddress) throws(TrafficError) {
        guard address.call({ Glibc.bind(number, $0, $1) }) == 0 else {
            throw TrafficError.system("cannot bind to \(address)")
        }
    }

    func connect(_ address: SocketAddress) throws(TrafficError) {
        guard address.call({ Glibc.connect(number, $0, $1) }) == 0 else {
            throw TrafficError.system("cannot connect to \(address)")
        }
    }
}
