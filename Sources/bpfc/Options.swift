/// What the build plugin asks for.
struct Options {
    var name = ""
    var swiftc = "swiftc"
    var clang = "clang"
    /// Folder for what is made on the way.
    var work = ""
    /// The Swift file to write.
    var output = ""
    /// The Swift module that has `KernelObject`, where it is not the one the file is for.
    var importing: String?
    /// C modules that kernel-side Swift may import, with the folders of their headers.
    var modules: [(name: String, folder: String)] = []
    /// `.swift`, `.h` and `.c` files of the program and of what programs share.
    var sources: [String] = []

    init(arguments: ArraySlice<String>) throws {
        var rest = arguments
        func value(of option: String) throws -> String {
            guard let value = rest.popFirst() else { throw Failure(text: "\(option) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--name": name = try value(of: argument)
            case "--swiftc": swiftc = try value(of: argument)
            case "--clang": clang = try value(of: argument)
            case "--work": work = try value(of: argument)
            case "--out": output = try value(of: argument)
            case "--import": importing = try value(of: argument)
            case "--module":
                let pair = try value(of: argument).split(separator: "=", maxSplits: 1)
                guard pair.count == 2 else { throw Failure(text: "--module takes NAME=FOLDER") }
                modules.append((String(pair[0]), String(pair[1])))
            default: sources.append(argument)
            }
        }
    }

    func sources(withSuffix suffix: String) -> [String] { sources.filter { $0.hasSuffix(suffix) } }
}
