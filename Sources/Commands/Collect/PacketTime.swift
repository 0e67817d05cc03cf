internal import ArgumentParser
internal import Collecting

/// Which time packets have in the capture (`--timestamps`).
enum PacketTime: String, CaseIterable, ExpressibleByArgument {
    case arrival
    case mirror

    var configuration: CollectorConfiguration.Timestamps {
        switch self {
        case .arrival: .arrival
        case .mirror: .mirror
        }
    }
}
