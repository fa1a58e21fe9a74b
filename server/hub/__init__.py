"""Delivery. Pure: no await, no clock, no I/O; bytes and times come in as arguments, writes go out through a callback."""
