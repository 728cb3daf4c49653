"""The engine computes metrics from tables, in the steps that :mod:`~swm_kpi.engine.compute` lists.

The packages follow one request from start to end: ``plan`` checks it and decides what to read,
``input`` reads, encodes and validates tables, ``backends`` scan them, ``aggregate`` groups rows
into periods and breakdowns, and ``output`` combines the aggregates into a labelled result.

Conditions compile to narwhals expressions, and Polars is the embedded engine. Rules of this library
decide what nulls, zeros, periods and totals mean; no dataframe library does.
"""
