"""Real hub processes, real sockets, real PostgreSQL and Redis."""
