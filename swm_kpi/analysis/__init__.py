"""What a result shows over time: comparisons with earlier periods, and process control charts."""
