"""Every message of Shangke, declared once; pure: no clock, no I/O, no chance."""
