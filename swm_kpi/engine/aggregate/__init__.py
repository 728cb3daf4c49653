"""Aggregate tables with a backend, and merge months and members into periods and totals."""
