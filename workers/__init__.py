"""Jobs: one file each. A job may run twice, late or never; what it does is found again by a sweep."""
