"""Measurements, run by command and never as tests: ``python -m tests.benchmarks``."""
