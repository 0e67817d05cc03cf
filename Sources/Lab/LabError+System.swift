import Glibc

extension LabError {
    /// A failed system call: what was being done, and the meaning of `errno`.
    static func system(_ doing: String, errno number: Int32 = Glibc.errno) -> LabError {
        if number == EPERM || number == EACCES {
            return LabError(
                code: .notPermitted,
                message: "\(doing): not permitted; a lab needs CAP_SYS_ADMIN and CAP_NET_ADMIN: run as root",
                cause: number)
        }
        return LabError(code: .system, message: "\(doing): \(String(cString: strerror(number)))", cause: number)
    }
}
