"""What another plan would replace: table, objectives, areas, breakdowns, themes, availability."""
