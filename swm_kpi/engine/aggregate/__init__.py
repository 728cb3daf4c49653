"""Merging what the scans return into periods, members and totals."""
