/// The two nginx configurations of a lab. Every path nginx would write to is in its own folder.
struct NginxConfiguration {
    /// Where configuration, logs and temporary files are.
    var folder: String
    /// The user and group that the worker runs as.
    var user: String
    var group: String

    /// The ports of the proxy, at the edge.
    static let proxyPorts = [80, 8080]

    /// A reverse proxy that asks the server in the family in which it was asked itself.
    var proxy: String {
        let servers = Lab.AddressFamily.allCases.map { family in
            """
                upstream \(family.rawValue) {
                    server \(Self.literal(Lab.Host.server.address(family), family)):80;
                    keepalive 16;
                }
                server {
            \(Self.listen(Self.proxyPorts, family))
                    location / {
                        proxy_pass http://\(family.rawValue);
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $host;
                    }
                }
            """
        }
        return frame(servers.joined(separator: "\n"))
    }

    /// A web server of the files below a folder.
    func web(root: String) -> String {
        let servers = Lab.AddressFamily.allCases.map { family in
            """
                server {
            \(Self.listen([80], family))
                    root \(root);
                    default_type text/plain;
                }
            """
        }
        return frame(servers.joined(separator: "\n"))
    }

    /// An address as it is written in front of a port.
    static func literal(_ address: String, _ family: Lab.AddressFamily) -> String {
        family == .ipv6 ? "[\(address)]" : address
    }

    private static func listen(_ ports: [Int], _ family: Lab.AddressFamily) -> String {
        ports.map { port in
            family == .ipv6 ? "        listen [::]:\(port) ipv6only=on;" : "        listen \(port);"
        }.joined(separator: "\n")
    }

    private func frame(_ servers: String) -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { name in
            "    \(name)_temp_path \(folder)/\(name);"
        }
        return """
            daemon off;
            user \(user) \(group);
            worker_processes 1;
            pid \(folder)/nginx.pid;
            error_log \(folder)/error.log;
            events { worker_connections 1024; }
            http {
                access_log \(folder)/access.log;
                keepalive_requests 1000000;
                sendfile on;
            \(temporary.joined(separator: "\n"))
            \(servers)
            }

            """
    }
}
