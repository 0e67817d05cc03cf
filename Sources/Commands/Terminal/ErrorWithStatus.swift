/// An error of a module that this one does not know: modules of commands beside it say for which exit status it stands.
package protocol ErrorWithStatus: Error, CustomStringConvertible {
    var exitStatus: ExitStatus { get }
}
