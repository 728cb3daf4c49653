"""Everything another plan would replace: table, objectives, areas, themes and availability."""
