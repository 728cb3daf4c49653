"""The dataframe room: open, encode and check tables; accumulate, merge and combine measures.

Definitions compile to narwhals expressions; Polars is the embedded engine. Nulls, zeros, periods
and totals are decided here by rules of our own, never by the dataframe library.
"""
