import Glibc

/// The programs a lab starts, and the Debian packages they come in.
enum Program: String, CaseIterable, Sendable {
    case ip
    case nginx
    case dnsmasq
    case curl
    case wrk
    case dig

    /// The Debian package that has the program.
    var package: String {
        switch self {
        case .ip: "iproute2"
        case .nginx: "nginx-light"
        case .dnsmasq: "dnsmasq-base"
        case .curl: "curl"
        case .wrk: "wrk"
        case .dig: "bind9-dnsutils"
        }
    }

    /// Where the program is.
    ///
    /// - Throws: ``LabError/Code/programMissing``, naming the package to install.
    func located() throws(LabError) -> String {
        try Program.locate(rawValue)
    }

    /// Where a program is: as named if there is a slash in the name, else in the search path.
    ///
    /// The system folders are searched too: a root shell made by `su` may lack them, and nginx and dnsmasq are there.
    static func locate(_ name: String) throws(LabError) -> String {
        if name.contains("/") {
            guard access(name, X_OK) == 0 else {
                throw LabError(code: .programMissing, message: "\(name) is not there or cannot be executed")
            }
            return name
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let system = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"]
        let folders = path.split(separator: ":").map(String.init) + system
        for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        let package = Program(rawValue: name)?.package
        let remedy = package.map { "install the Debian package \($0): apt-get install \($0)" } ?? "install it"
        throw LabError(code: .programMissing, message: "the program \(name) is not installed; \(remedy)")
    }
}
