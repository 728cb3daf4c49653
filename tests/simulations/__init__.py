"""How often rules are right: false alarms and power by simulation.

``python -m tests.simulations`` prints a table with a row for each rule and situation. It takes two
minutes; ``--quick`` draws fewer series. Every row has a seed of its own, so a new row changes no
other. To add rows, append to ``SIMULATIONS`` in ``tests/simulations/rows.py``.
"""
