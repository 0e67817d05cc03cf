/// One candidate along the axis of a figure.
public struct Series: Hashable, Sendable, Codable {
    public let name: String
    public private(set) var points: [Point]

    public init(_ name: String, _ points: [Point] = []) {
        self.name = name
        self.points = points
    }

    public mutating func add(_ measurement: Measurement, at place: Place) {
        points.append(Point(at: place, measurement: measurement))
    }

    /// The measurement at a place; nil when there is none.
    public subscript(place: Place) -> Measurement? { points.first { $0.at == place }?.measurement }
}

/// A measurement and where it belongs.
public struct Point: Hashable, Sendable, Codable {
    public let at: Place
    public let measurement: Measurement

    public init(at place: Place, measurement: Measurement) {
        at = place
        self.measurement = measurement
    }
}
