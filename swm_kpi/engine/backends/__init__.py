"""Running a scan: Polars for tables in memory and files, narwhals for remote engines."""
