"""Running queries: the dialects of engines, scans, their errors, and distinct counts."""
