"""Delivery without sockets: time and chance are arguments."""
