import Commands

@main
enum Periscope {
    static func main() { PeriscopeCommand.run() }
}
