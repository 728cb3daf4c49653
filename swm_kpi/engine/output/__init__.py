"""Turn aggregates into a result: cells, intervals, markers, notes and one long frame."""
