import Packets
import TestSupport
import Testing

@Suite struct InternetChecksumTests {
    @Test func `the example of RFC 1071 section 3`() {
        var checksum = InternetChecksum()
        checksum.add([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])
        #expect(checksum.value == ~0xddf2)
    }

    @Test func `an odd byte counts as the high half of a word`() {
        var odd = InternetChecksum()
        odd.add([1, 2, 3])
        var even = InternetChecksum()
        even.add([1, 2, 3, 0])
        #expect(odd.value == even.value)
    }

    @Test func `nothing sums to all ones`() {
        #expect(InternetChecksum().value == 0xffff)
        var ones = InternetChecksum()
        ones.add([0xff, 0xff])
        #expect(ones.value == 0)
        #expect(ones.udpValue == 0xffff)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `an updated checksum is the one computed anew`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            var bytes = generator.bytes(20)
            var before = InternetChecksum()
            before.add(bytes)
            let old = UInt16(bytes[4]) << 8 | UInt16(bytes[5])
            let new = UInt16.random(in: 0...65535, using: &generator)
            bytes.replaceSubrange(4..<6, with: [UInt8(new >> 8), UInt8(new & 0xff)])
            var after = InternetChecksum()
            after.add(bytes)
            #expect(InternetChecksum.updated(before.value, from: old, to: new) == after.value, "seed \(seed)")
        }
    }
}
