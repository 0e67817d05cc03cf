// Pcapng
