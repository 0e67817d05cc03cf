/// Which way a packet crosses the watched interface, with the numbers of `enum direction` in the kernel's table.
public enum Direction: UInt32, Hashable, Sendable, CaseIterable {
    /// Into the host, as tc's ingress hook sees it.
    case ingress = 0
    /// Out of the host, as tc's egress hook sees it.
    case egress = 1
}
