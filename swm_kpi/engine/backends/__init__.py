"""Backends run scans: Polars for tables in memory and files, narwhals for remote engines."""
