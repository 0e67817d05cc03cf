extension Machine {
    /// Its facts with their names, as reports list them.
    var facts: [(name: String, value: String)] {
        var facts = [
            ("processor", "\(processor), \(cores) cores\(isVirtual ? ", in a virtual machine" : "")"),
            ("memory", "\(Amount.text(grouped: Double(memory >> 20))) MiB"),
            ("kernel", kernel + (compilesPrograms == false ? ", BPF programs are interpreted" : "")),
        ]
        if let indirectJumps { facts.append(("indirect jumps", indirectJumps)) }
        facts.append(("date", date))
        if let revision { facts.append(("revision", revision)) }
        return facts
    }
}
