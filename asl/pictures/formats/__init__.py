"""One module a format; each draws a `Picture`."""
