"""The reference client without a socket: bytes and time in, actions and notices out. Pure."""
