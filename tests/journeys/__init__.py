"""Whole working days through real processes and a real terminal."""
