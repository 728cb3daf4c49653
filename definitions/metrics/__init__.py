"""The metrics of the plan, one package for each objective."""
