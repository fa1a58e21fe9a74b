"""The doors to clients: the socket and the node behind it, health, metrics."""
