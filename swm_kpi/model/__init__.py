"""Metrics and their catalogue: declarations, availability, worked examples and the lock."""
