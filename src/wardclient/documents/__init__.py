"""Papers (様式): typed values in, PDF bytes and a text outline out. Knows no desk, network or file of a case."""
