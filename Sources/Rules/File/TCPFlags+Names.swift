import Packets

extension TCPFlags {
    /// Every flag with the name that rule files give it, lowest bit first.
    static let named: [(name: String, flag: TCPFlags)] = [
        ("fin", .fin), ("syn", .syn), ("rst", .rst), ("psh", .psh),
        ("ack", .ack), ("urg", .urg), ("ece", .ece), ("cwr", .cwr),
    ]
}
