"""Keys and secrecy: device identity, passphrase slots, wraps, epochs, sealing."""
