/// The figures of a ``Figure`` as rows of text: a row a place, a column a series.
struct FigureTable {
    let header: [String]
    let rows: [[Cell]]

    /// One figure: its middle, and its spread.
    struct Cell: Hashable {
        let middle: String
        /// Half the distance between the quartiles; empty for what was counted once.
        let spread: String

        var text: String { spread.isEmpty ? middle : "\(middle) ± \(spread)" }
    }

    init(_ figure: Figure) {
        header = [figure.axis] + figure.series.map(\.name)
        rows = figure.places.map { place in
            [Cell(middle: "\(place)", spread: "")]
                + figure.series.map { series in
                    guard let measurement = series[place] else { return Cell(middle: "-", spread: "") }
                    return Self.cell(measurement, figure.unit)
                }
        }
    }

    private static func cell(_ measurement: Measurement, _ unit: String) -> Cell {
        let value = measurement.value
        let unit = measurement.comparison == .ratio ? "×" : unit.isEmpty ? "" : " " + unit
        let spread = value.count > 1 ? Amount.text((value.upperQuartile - value.lowerQuartile) / 2) : ""
        return Cell(middle: Amount.text(value.median) + unit, spread: spread)
    }

    /// What all cells mean, in one sentence.
    static func explanation(_ figure: Figure) -> String {
        let counted = figure.series.flatMap(\.points).allSatisfy { $0.measurement.value.count == 1 }
        var text = figure.quantity
        if let baseline = figure.baseline { text += ", against \(baseline)" }
        return counted ? text + "." : text + ": median ± half the distance between the quartiles of all rounds."
    }
}
