// SwiftPM wants a source file in every C target; the functions are in the headers.
