internal import CLinux
import Glibc

/// What the running kernel can do, asked by experiment and not by version.
public enum Features {
    /// Whether programs can be attached by tcx (Linux 6.6).
    ///
    /// The question is a query of an interface that does not exist: a kernel with tcx looks for the interface, one
    /// without it refuses the attach type. Nothing is touched.
    ///
    /// - Throws: ``BPFError`` of code `notPermitted` where the kernel does not answer (CAP_NET_ADMIN).
    public static func hasTCX() throws(BPFError) -> Bool {
        switch SystemCall.queryTCX(interfaceIndex: 0x7fff_ffff, attachType: Hook.ingress.attachType) {
        case .success: return true
        case .failure(let error):
            switch error.rawValue {
            case ENODEV: return true
            case EINVAL: return false
            default: throw .system(error.rawValue, "cannot ask the kernel whether it has tcx")
            }
        }
    }
}
