"""From a finished paper to the system's printer or viewer, and the files that a viewer needs.

files    private folder for what a viewer shows; swept at lock, exit and start
system   the printers and the viewer of this PC; CUPS (Linux, macOS)
windows  the same on Windows
"""
