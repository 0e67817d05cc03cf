/// Bytes that a direct body compares with `data_end` at once, where fewer would do, for the sake of what it loads next.
struct UsualExtent {
    /// At most an Ethernet and an IPv4 header, which hardly a frame is shorter than.
    let bytes: Int
    /// Behind X, the length of an IPv4 header: at most a UDP or ICMP header.
    let bytesBehindX: Int

    private static let most = 14 + 20
    private static let mostBehindX = 14 + 8

    init(of program: ClassicProgram, isTagged: Bool) {
        let shift = isTagged ? Frame.tagSize : 0
        bytes = max(0, program.extent(upTo: Self.most + shift) - shift)
        bytesBehindX = max(0, program.extentBehindX(upTo: Self.mostBehindX + shift) - shift)
    }
}
