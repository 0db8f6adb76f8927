"""The mergeable record: events, multi-value registers, sets, append-only records. Pure."""
