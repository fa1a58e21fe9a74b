"""The rules of the product. Pure: no await, no clock, no I/O, no chance; time and drawn ids are arguments."""
