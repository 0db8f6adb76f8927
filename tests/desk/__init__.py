"""The desk's acts, on real homes with a real central service in the same process."""
