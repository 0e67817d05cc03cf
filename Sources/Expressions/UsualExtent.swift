/// Bytes that a direct body compares with `data_end` at once, where fewer would do, for the sake of what it loads next:
/// up to where headers usually end, so that few frames are too short for it.
struct UsualExtent {
    /// Bytes from the frame's start, ascending: with an Ethernet header, an IPv4 header; an IPv6 header; and ports.
    private let steps: [Int]
    /// The same behind X, the length of an IPv4 header: up to the end of a UDP or ICMP header.
    private let stepBehindX: Int

    init(of program: ClassicProgram, isTagged: Bool) {
        let shift = isTagged ? Frame.tagSize : 0
        steps = [14 + 20, 14 + 40, 14 + 40 + 8].map { max(0, program.extent(upTo: $0 + shift) - shift) }
        stepBehindX = max(0, program.extentBehindX(upTo: 14 + 8 + shift) - shift)
    }

    /// Bytes to compare where `end` are needed.
    func bytes(for end: Int) -> Int { steps.first { $0 >= end } ?? end }

    func bytesBehindX(for end: Int) -> Int { max(stepBehindX, end) }
}
