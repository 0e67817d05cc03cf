@main
enum Periscope {
    static func main() {}
}
