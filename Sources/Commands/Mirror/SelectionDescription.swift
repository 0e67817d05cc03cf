internal import Mirroring
internal import Rules

/// How much a mirror mirrors of what matches, for people: nothing is said where it is everything.
struct SelectionDescription {
    let lines: [String]

    init(_ selection: MirrorSelection) {
        let common = selection.common
        var lines: [String] = []
        if let rate = common.samplingRate, rate > 1 {
            let unit = common.samplingUnit ?? .packet
            lines.append("one \(unit.rawValue) of \(rate)" + (unit == .flow ? ", seed \(selection.samplingSeed)" : ""))
        }
        switch common.first {
        case nil: break
        case .packets(let count): lines.append("the first \(count) packets of each flow")
        case .bytes(let count): lines.append("the first \(count) bytes of each flow")
        }
        if let rate = common.budget.flatMap(BitRate.init(bitsPerSecond:)) { lines.append("at most \(rate) a second") }
        switch common.snapLength {
        case nil: break
        case .headers: lines.append("headers only")
        case .bytes(let count): lines.append("the first \(count) bytes of each packet")
        }
        if let after = common.end?.after { lines.append("ends after \(TimeSpan(after))") }
        if selection.brakes { lines.append("with the brake") }
        self.lines = lines
    }
}
