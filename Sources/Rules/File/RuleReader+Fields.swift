import Packets

/// The fields of a rule, each from the node under its key.
extension RuleReader {
    mutating func action(_ node: FileNode) -> Rule.Action {
        guard let text = word(node, "action") else { return .skip }
        switch text.lowercased() {
        case "mirror": return .mirror
        case "skip": return .skip
        default:
            let meant = ["accept": "mirror", "copy": "mirror", "reject": "skip", "drop": "skip", "pass": "skip"]
            let hint =
                meant[text.lowercased()].map { "; did you mean \"\($0)\"?" }
                ?? Spelling.hint(text, among: ["mirror", "skip"])
            diagnostics.error("\"\(text.shortened)\" is no action; write mirror or skip\(hint)", at: node.position)
            return .skip
        }
    }

    mutating func direction(_ entry: Entry?) -> Direction? {
        guard let entry, let text = word(entry.value, entry.key) else { return nil }
        switch text.lowercased() {
        case "ingress": return .ingress
        case "egress": return .egress
        case "both": return nil
        default:
            let hint =
                text.lowercased() == "out"
                ? "; did you mean \"egress\"?" : Spelling.hint(text, among: ["ingress", "egress", "both"])
            diagnostics.error(
                "\"\(text.shortened)\" is no direction; write ingress, egress or both\(hint)", at: entry.value.position)
            return nil
        }
    }

    mutating func addresses(_ entry: Entry?) -> [CIDR] {
        words(entry).compactMap { text, position in
            do throws(PacketError) {
                return try CIDR(text)
            } catch {
                diagnostics.error(reject(text) ?? error.message, at: position)
                return nil
            }
        }
    }

    mutating func ports(_ entry: Entry?) -> [ClosedRange<UInt16>] {
        words(entry).compactMap { text, position in
            range(text, of: "a port", 0...65535, position)
        }
    }

    mutating func protocols(_ entry: Entry?) -> [UInt8] {
        words(entry).compactMap { text, position in
            if let number = ProtocolNames.number(text) { return number }
            if text.utf8.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) == true {
                return value(text, of: "a protocol", 0...255, position).map { UInt8($0) }
            }
            let hint = Spelling.hint(text, among: ProtocolNames.all)
            diagnostics.error(
                reject(text)
                    ?? "\"\(text.shortened)\" is no protocol's name; write a name such as tcp or a number\(hint)",
                at: position)
            return nil
        }
    }

    mutating func vlans(_ entry: Entry?) -> [VLANSelector] {
        words(entry).compactMap { text, position in
            if text.lowercased() == "none" { return .untagged }
            // 4095 is reserved (IEEE 802.1Q table 9-2).
            return range(text, of: "a VLAN identifier", 0...4094, position).map { .identifiers($0) }
        }
    }

    mutating func tcpFlags(_ entry: Entry?) -> TCPFlagsSelector? {
        guard let entry else { return nil }
        guard case .mapping = entry.value.content else {
            diagnostics.error(
                "\"tcp-flags\" is a mapping with the keys \"set\" and \"unset\"; write {set: [syn], unset: [ack]}",
                at: entry.value.position)
            return nil
        }
        let entries = self.entries(of: entry.value, keys: ["set", "unset"], in: "tcp-flags")
        let before = diagnostics.errorCount
        let selector = TCPFlagsSelector(set: flags(entries["set"]), unset: flags(entries["unset"]))
        guard diagnostics.errorCount == before else { return selector }
        if selector.set.isEmpty, selector.unset.isEmpty {
            diagnostics.error(
                "\"tcp-flags\" names no flag; write protocol: tcp to accept any TCP packet", at: entry.value.position)
        }
        for (name, flag) in TCPFlags.named where selector.set.contains(flag) && selector.unset.contains(flag) {
            diagnostics.error(
                "\"\(name)\" is to be set and not set, which no packet can be; remove one", at: entry.value.position)
        }
        return selector
    }

    private mutating func flags(_ entry: Entry?) -> TCPFlags {
        var flags: TCPFlags = []
        for (text, position) in words(entry) {
            let names = TCPFlags.named.map(\.name)
            if let named = TCPFlags.named.first(where: { $0.name == text.lowercased() }) {
                flags.insert(named.flag)
            } else {
                diagnostics.error(
                    "\"\(text.shortened)\" is no TCP flag; the flags are \(names.joined(separator: ", "))"
                        + Spelling.hint(text, among: names),
                    at: position)
            }
        }
        return flags
    }

    /// A number, or two with a hyphen between them.
    private mutating func range(
        _ text: String, of what: String, _ allowed: ClosedRange<UInt16>, _ position: FilePosition
    ) -> ClosedRange<UInt16>? {
        guard text.utf8.contains(UInt8(ascii: "-")) else {
            return value(text, of: what, allowed, position).map { $0...$0 }
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            return value(text, of: what, allowed, position).map { $0...$0 }
        }
        guard let low = value(parts[0], of: what, allowed, position),
            let high = value(parts[1], of: what, allowed, position)
        else { return nil }
        guard low <= high else {
            diagnostics.error("the range \(text) is empty; write \(high)-\(low)", at: position)
            return nil
        }
        return low...high
    }

    private mutating func value(
        _ text: String, of what: String, _ allowed: ClosedRange<UInt16>, _ position: FilePosition
    ) -> UInt16? {
        let digits = text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        if digits, text == "0" || text.utf8.first != UInt8(ascii: "0"), let value = UInt16(text),
            allowed.contains(value)
        {
            return value
        }
        let range = "\(allowed.lowerBound) to \(allowed.upperBound)"
        let ranges = what == "a protocol" ? "" : ", or a range like 10-20"
        diagnostics.error(
            reject(text) ?? "\"\(text.shortened)\" is not \(what): write a decimal number from \(range)\(ranges)",
            at: position)
        return nil
    }

    /// Words that other tools have for "everything".
    private func reject(_ text: String) -> String? {
        guard ["any", "all", "*"].contains(text.lowercased()) else { return nil }
        return "there is no word for any value; leave the key out to accept any"
    }
}
