"""Input tables: one file for each subject."""
