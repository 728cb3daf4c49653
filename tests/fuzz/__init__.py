"""Fuzzing by command: ``python -m tests.fuzz TARGET --minutes 10``."""
