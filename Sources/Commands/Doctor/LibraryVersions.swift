internal import CLibbpf
internal import CLibpcap

/// The versions of the libraries that this program was started with.
enum LibraryVersions {
    /// Such as "v1.1".
    static var libbpf: String { libbpf_version_string().map { String(cString: $0) } ?? "unknown" }
    /// Such as "libpcap version 1.10.3 (with TPACKET_V3)".
    static var libpcap: String { pcap_lib_version().map { String(cString: $0) } ?? "unknown" }
}
