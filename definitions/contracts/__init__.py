"""Input tables, a file for each source system."""
