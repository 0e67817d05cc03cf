import Dispatch
import Glibc
internal import Synchronization

/// Tells a person at a terminal what takes so long, once it takes longer than two seconds.
package final class Progress: Sendable {
    private struct State {
        var hasEnded = false
        var hasSpoken = false
    }

    private let state = Mutex(State())

    /// - Parameter what: what is being done, to stand in front of three dots.
    package init(_ what: String) {
        guard Output.isTerminal(STDERR_FILENO) else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(2)) { [weak self] in
            guard let self, self.speaks() else { return }
            try? Output.write("\(what) ...", to: STDERR_FILENO)
        }
    }

    private func speaks() -> Bool {
        state.withLock { state in
            state.hasSpoken = !state.hasEnded
            return state.hasSpoken
        }
    }

    /// It is done: what was written gives way to what follows.
    package func end() {
        let spoke = state.withLock { state in
            state.hasEnded = true
            return state.hasSpoken
        }
        if spoke { try? Output.write("\r\u{1b}[K", to: STDERR_FILENO) }
    }

    deinit { end() }
}
