public import ArgumentParser
public import Rules

// What the units of a selection are as arguments. `@Option(transform:)` with the throwing initializers says more about a
// wrong value than these can; `SelectionOptions` does so.

extension SamplingRate: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension BitRate: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension ByteCount: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension Selection.SamplingUnit: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension Selection.FlowLimit: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension Selection.SnapLength: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension PointInTime: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(local: argument, now: .now()) }
}
