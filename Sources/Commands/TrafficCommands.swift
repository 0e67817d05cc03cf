public import ArgumentParser

/// What a person does with traffic from a shell: mirror, collect, explain. Nothing of it needs the daemon.
public enum TrafficCommands {
    /// In the order in which the help lists them.
    public static let all: [any ParsableCommand.Type] = [
        MirrorCommand.self, PreviewCommand.self, CollectCommand.self, StatusCommand.self, DetachCommand.self,
        RulesCommand.self, ExplainCommand.self, LabCommand.self, DoctorCommand.self,
    ]

    /// Command lines for the help of `periscope`.
    public static let examples = [
        "periscope preview eth0 'tcp port 443'",
        "periscope mirror eth0 'tcp port 443' --to vxlan://10.0.0.9",
        "periscope collect vxlan --write out.pcapng",
        "periscope status",
        "periscope detach --all",
        "periscope rules check web.yaml",
        "periscope explain --rules web.yaml --flow '10.1.2.3:5555 -> 10.0.0.1:80 tcp'",
        "periscope lab run",
        "periscope doctor",
    ]
}
