/// Where each field's values begin and end in `struct field_classes`, as an array of 32-bit words.
///
/// Swift does not import C arrays of this length, so the order of the members is repeated here; a test compares the
/// sum with the size of the C structure.
enum FieldClasses {
    static let sourcePort = 0..<65536
    static let destinationPort = sourcePort.upperBound..<sourcePort.upperBound + 65536
    static let `protocol` = destinationPort.upperBound..<destinationPort.upperBound + 256
    static let vlan = `protocol`.upperBound..<`protocol`.upperBound + 4096
    static let tcpFlags = vlan.upperBound..<vlan.upperBound + 256
    static let count = tcpFlags.upperBound
}
