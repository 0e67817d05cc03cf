import Testing

@testable import Collecting
@testable import Commands

@Suite struct WritingChangeTests {
    private func snapshot(_ failure: String?, _ last: String?) -> CollectorSnapshot {
        CollectorSnapshot(
            startTime: 0, time: 0, senders: [], sockets: [], written: 0, notWritten: 0, writeFailure: failure,
            hasWritingEnded: false, lastWriteFailure: last, isComplete: false)
    }

    @Test func `each failure and each recovery is told once`() {
        var watch = WritingChange.Watch()
        let seconds: [(now: String?, last: String?, told: WritingChange?)] = [
            (nil, nil, nil), ("full", "full", WritingChange(failure: "full")), ("full", "full", nil),
            (nil, "full", WritingChange(failure: nil)), (nil, "full", nil),
            // Over before anybody looked.
            (nil, "no file", WritingChange(failure: "no file")), (nil, "no file", nil),
            ("full", "full", WritingChange(failure: "full")), ("gone", "gone", WritingChange(failure: "gone")),
        ]
        for (number, second) in seconds.enumerated() {
            #expect(watch.update(snapshot(second.now, second.last)) == second.told, "second \(number)")
        }
    }
}
