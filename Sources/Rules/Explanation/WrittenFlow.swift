import Packets

/// A packet of a flow as people write it: `10.1.2.3:5555 -> 10.0.0.1:443 tcp vlan 7 flags syn,ack`.
///
/// Ports stand behind a colon, of IPv6 addresses in brackets, and are left out for protocols without them and of later
/// fragments (`fragment`). TCP flags that are not given are `ack`, those of most packets of a connection.
public struct WrittenFlow: Hashable, Sendable {
    /// An Ethernet frame that looks like this.
    public let frame: [UInt8]
    /// Whether it is TCP and its flags were not given.
    public let assumesFlags: Bool

    /// - Throws: `RulesError` of code `invalidValue`.
    public init(_ text: String) throws(RulesError) {
        var reader = FlowReader(text)
        try reader.read()
        frame = try reader.frame()
        assumesFlags = reader.ipProtocol == IPProtocol.tcp && reader.flags == nil && !reader.isLaterFragment
    }
}

/// The words of a flow, one after the other.
private struct FlowReader {
    private struct End {
        var address: IPAddress
        var port: UInt16?
    }

    private let text: String
    private var words: ArraySlice<String>
    private var ends: [End] = []
    private(set) var ipProtocol: UInt8 = 0
    private(set) var flags: TCPFlags?
    private(set) var isLaterFragment = false
    private var vlan: UInt16?

    init(_ text: String) {
        self.text = text
        // An arrow needs no blanks around it.
        words = text.replacing("->", with: " -> ").split(whereSeparator: \.isWhitespace).map(String.init)[...]
    }

    private func wrong(_ what: String) -> RulesError {
        RulesError(
            .invalidValue,
            "\"\(text.shortened)\" is no flow: \(what); write '10.1.2.3:5555 -> 10.0.0.1:443 tcp', or "
                + "'[2001:db8::1]:5555 -> [2001:db8::2]:443 tcp'")
    }

    mutating func read() throws(RulesError) {
        let source = try end(words.popFirst())
        guard words.popFirst() == "->" else { throw wrong("an arrow, ->, stands between its ends") }
        let destination = try end(words.popFirst())
        guard source.address.bitWidth == destination.address.bitWidth else {
            throw wrong("its ends are of different families")
        }
        ends = [source, destination]
        guard let word = words.popFirst(), let number = ProtocolNames.number(word) ?? UInt8(word) else {
            throw wrong("a protocol, such as tcp, stands behind its ends")
        }
        ipProtocol = number
        while let word = words.popFirst() { try readOption(word.lowercased()) }
        let ports = ends.count { $0.port != nil }
        if isLaterFragment {
            guard ports == 0, flags == nil else {
                throw wrong("a fragment that is not the first has no ports or flags")
            }
        } else if IPProtocol.hasPorts(ipProtocol) {
            guard ports == 2 else {
                throw wrong("\(word) has a port at both ends, or is a later fragment (fragment)")
            }
        } else {
            guard ports == 0 else { throw wrong("\(word) has no ports") }
        }
        guard flags == nil || ipProtocol == IPProtocol.tcp else { throw wrong("only tcp has flags") }
    }

    private mutating func readOption(_ word: String) throws(RulesError) {
        switch word {
        case "vlan" where vlan == nil:
            guard let number = words.popFirst().flatMap({ UInt16($0) }), number <= 4094 else {
                throw wrong("a VLAN identifier is a number from 0 to 4094")
            }
            vlan = number
        case "flags" where flags == nil:
            flags = try flags(words.popFirst())
        case "fragment" where !isLaterFragment:
            isLaterFragment = true
        default:
            throw wrong("\"\(word.shortened)\" is none of vlan N, flags syn,ack and fragment, each once")
        }
    }

    private func flags(_ word: String?) throws(RulesError) -> TCPFlags {
        if word?.lowercased() == "none" { return [] }
        var flags: TCPFlags = []
        for name in (word ?? "").lowercased().split(separator: ",", omittingEmptySubsequences: false) {
            guard let flag = TCPFlags.named.first(where: { $0.name == name })?.flag else {
                let names = TCPFlags.named.map(\.name).joined(separator: ", ")
                throw wrong("\"\(name)\" is no TCP flag; they are \(names), or none, with commas between them")
            }
            flags.insert(flag)
        }
        return flags
    }

    private func end(_ word: String?) throws(RulesError) -> End {
        guard let word, word != "->" else { throw wrong("an end is missing") }
        let address: String
        var port: Substring?
        if word.hasPrefix("[") {
            guard let close = word.lastIndex(of: "]") else { throw wrong("\"\(word.shortened)\" has no ]") }
            address = String(word[word.index(after: word.startIndex)..<close])
            let rest = word[word.index(after: close)...]
            if !rest.isEmpty {
                guard rest.first == ":" else { throw wrong("a colon stands before a port") }
                port = rest.dropFirst()
            }
            guard address.contains(":") else { throw wrong("only IPv6 addresses stand in brackets") }
        } else if let colon = word.firstIndex(of: ":"), word.lastIndex(of: ":") == colon {
            address = String(word[..<colon])
            port = word[word.index(after: colon)...]
        } else {
            address = word
        }
        var end: End
        do throws(PacketError) {
            end = End(address: try IPAddress(address))
        } catch {
            throw wrong(error.message)
        }
        if let port {
            guard let number = UInt16(port), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw wrong("\"\(port)\" is no port: it is a number from 0 to 65535")
            }
            end.port = number
        }
        return end
    }

    /// The frame; what it says of itself has to be what was read.
    func frame() throws(RulesError) -> [UInt8] {
        let (source, destination) = (ends[0], ends[1])
        var builder = FrameBuilder()
        if let vlan { builder = builder.vlan(vlan) }
        switch source.address {
        case .ipv4:
            builder = builder.ipv4(
                from: source.address, to: destination.address, fragmentOffset: isLaterFragment ? 185 : 0)
        case .ipv6:
            builder = builder.ipv6(
                from: source.address, to: destination.address,
                extensions: isLaterFragment ? [.fragment(offset: 185, more: false)] : [])
        }
        let ports = [source, destination].map { $0.port ?? 0 }
        switch ipProtocol {
        case _ where isLaterFragment: builder = builder.transport(ipProtocol, Array(repeating: 0, count: 8))
        case IPProtocol.tcp: builder = builder.tcp(from: ports[0], to: ports[1], flags: flags ?? .ack)
        case IPProtocol.udp: builder = builder.udp(from: ports[0], to: ports[1])
        // The builder makes it ICMPv6 in an IPv6 packet, which is checked below.
        case IPProtocol.icmp: builder = builder.icmp(type: 8)
        case IPProtocol.icmpv6 where source.address.bitWidth == 128: builder = builder.icmp(type: 128)
        case _ where IPProtocol.hasPorts(ipProtocol):
            let bytes = ports.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
            builder = builder.transport(ipProtocol, bytes + Array(repeating: 0, count: 8))
        default: builder = builder.transport(ipProtocol, [])
        }
        let frame = builder.frame
        let fields = PacketFields(frame: frame)
        guard fields.ipProtocol == ipProtocol, fields.source == source.address, fields.sourcePort == source.port,
            fields.destinationPort == destination.port
        else { throw wrong("\(ProtocolNames.text(ipProtocol)) cannot be what such a packet carries") }
        return frame
    }
}
