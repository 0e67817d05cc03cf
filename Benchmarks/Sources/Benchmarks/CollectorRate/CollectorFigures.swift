import Measuring

/// The figures of `CollectorRate` as they come about.
struct CollectorFigures {
    private var rates = CollectorSite.Receiver.allCases.map { Series($0.rawValue) }
    private var times = CollectorSite.Receiver.allCases.map { Series($0.rawValue) }
    private var losses = CollectorSite.Receiver.allCases.map { Series($0.rawValue) }

    /// - Parameter rate: what was offered in a second; nil for all that the sender could send.
    mutating func add(
        _ results: [CollectorSite.Receiver: [CollectorSite.Result]], frame: Int, rate: Double?
    ) {
        for (index, receiver) in CollectorSite.Receiver.allCases.enumerated() {
            guard let results = results[receiver] else { continue }
            if let rate {
                losses[index].add(
                    Measurement(results.map { $0.lostShare * 100 }),
                    at: .name("\(frame) bytes, \(Amount.text(rate))/s"))
            } else {
                rates[index].add(Measurement(results.map(\.takenPerSecond)), at: .name("\(frame) bytes"))
                times[index].add(Measurement(results.map(\.timePerPacket)), at: .name("\(frame) bytes"))
            }
        }
    }

    var all: [Figure] {
        [
            Figure(
                title: "Taken at most", text: "Offered as many as the sender could send.",
                quantity: "packets in the file for each second of sending", unit: "/s", axis: "packets", plot: .bars,
                series: rates),
            Figure(
                title: "Processor time of the receiving process",
                text: "User and system time, in the same rounds as above.",
                quantity: "processor time for each packet in the file", unit: "ns", axis: "packets", plot: .bars,
                series: times),
            Figure(
                title: "Lost at a rate", text: "Offered at a steady rate.", quantity: "lost of what was sent",
                unit: "%", axis: "packets", plot: .none, series: losses),
        ]
    }
}
