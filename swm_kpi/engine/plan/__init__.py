"""Planning a request: what to compute, which columns to read, and which predicates to evaluate."""
