"""Delivery. Pure: no await, no clock, no I/O; times come in as arguments, bytes go out through a callback."""
