import Packets
import Rules

/// Rules as a rule file has them.
enum RuleText {
    /// JSON, one rule a line; of fields that the lists of benchmarks name.
    static func json(_ list: RuleList) -> String {
        let lines = list.rules.map { rule in
            var fields = ["\"name\": \"\(rule.name)\"", "\"action\": \"mirror\""]
            func add(_ key: String, _ values: [String]) {
                if !values.isEmpty {
                    fields.append("\"\(key)\": [\(values.map { "\"\($0)\"" }.joined(separator: ", "))]")
                }
            }
            add("source", rule.sources.map(\.description))
            add("destination", rule.destinations.map(\.description))
            add("source-port", rule.sourcePorts.map { "\($0.lowerBound)-\($0.upperBound)" })
            add("destination-port", rule.destinationPorts.map { "\($0.lowerBound)-\($0.upperBound)" })
            add("protocol", rule.protocols.map { "\($0)" })
            return "{\(fields.joined(separator: ", "))}"
        }
        return "{\"rules\": [\n\(lines.joined(separator: ",\n"))\n]}\n"
    }
}
