// Nothing is asked of a name server for the words that a fuzzer invents: in this executable, names are not known. The
// functions replace the C library's, which libpcap calls (getaddrinfo(3), gethostbyname(3), getnetbyname_r(3)).

@c(getaddrinfo)
public func refuseAddress(
    _ node: UnsafeRawPointer?, _ service: UnsafeRawPointer?, _ hints: UnsafeRawPointer?,
    _ result: UnsafeMutableRawPointer?
) -> Int32 {
    // EAI_NONAME.
    -2
}

@c(getnetbyname_r)
public func refuseNetwork(
    _ name: UnsafeRawPointer?, _ entry: UnsafeMutableRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ size: Int,
    _ result: UnsafeMutableRawPointer?, _ error: UnsafeMutableRawPointer?
) -> Int32 {
    // Not found is no error, and no result; HOST_NOT_FOUND.
    result?.storeBytes(of: 0, as: Int.self)
    error?.storeBytes(of: 1, as: Int32.self)
    return 0
}

@c(gethostbyname)
public func refuseHost(_ name: UnsafeRawPointer?) -> UnsafeMutableRawPointer? {
    nil
}
