"""Uploads and downloads: what comes in is checked by its content, what goes out by a signed link."""
