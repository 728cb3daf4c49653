"""Combining aggregates into cells, and labelling them with markers and notes."""
