internal import CLinux
import Glibc

/// A TAP device (Documentation/networking/tuntap.rst), and its only owner: it goes with the value unless it persists.
public struct TapDevice: ~Copyable, Sendable {
    /// Frames that the host sends through the device are read here, and what is written here it receives.
    public var fileDescriptor: Int32 { descriptor.rawValue }
    private let descriptor: Descriptor
    public let name: String

    /// Makes the device, or takes one of that name that persists.
    ///
    /// - Parameters:
    ///   - name: of the interface; with `%d` in it the kernel picks the number.
    ///   - persistent: the device stays when this value, and the process, are gone.
    /// - Throws: ``NetlinkError`` of code `notSupported` when there is no /dev/net/tun, with what helps.
    public init(named name: String, persistent: Bool = false) throws(NetlinkError) {
        if !name.contains("%d") { try Rtnetlink.check(name: name) }
        let path = "/dev/net/tun"
        let fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        guard fd >= 0 else {
            let number = errno
            if number == ENOENT || number == ENODEV || number == ENXIO {
                throw NetlinkError(
                    .notSupported,
                    "cannot open \(path), so no TAP device can be made: try \"modprobe tun\", or give the container it",
                    cause: number)
            }
            throw .system(number, "cannot open \(path)")
        }
        let descriptor = Descriptor(taking: fd)
        var status: Int32 = 0
        let actual = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IFNAMSIZ)) { buffer in
            buffer.initialize(repeating: 0)
            for (index, byte) in name.utf8.prefix(buffer.count - 1).enumerated() {
                buffer[index] = CChar(bitPattern: byte)
            }
            guard let start = buffer.baseAddress else { return name }
            status = linux_tap_attach(fd, start)
            return String(cString: start)
        }
        if status == 0, persistent { status = linux_tap_persist(fd, 1) }
        guard status == 0 else {
            if status == -EBUSY {
                throw NetlinkError(
                    .busy, "cannot make the TAP device \(name): there is an interface of that name in use", cause: EBUSY
                )
            }
            throw .system(status, "cannot make the TAP device \(name)")
        }
        self.descriptor = descriptor
        self.name = actual
    }

    /// Lets the device stay when this value is gone, or go with it.
    public func setPersistent(_ persistent: Bool) throws(NetlinkError) {
        let status = linux_tap_persist(fileDescriptor, persistent ? 1 : 0)
        guard status == 0 else { throw .system(status, "cannot change whether the TAP device \(name) stays") }
    }

    /// Lets every frame that the host sends through the device vanish, instead of keeping it to be read: those who
    /// listen to the interface (packet(7)) see it before.
    public func discardFrames() throws(NetlinkError) {
        let status = linux_tap_discard(fileDescriptor)
        guard status == 0 else { throw .system(status, "cannot set the filter of the TAP device \(name)") }
    }

    /// Gives up ownership: the caller closes the descriptor returned, and the device goes with it.
    public consuming func release() -> Int32 {
        descriptor.release()
    }
}
