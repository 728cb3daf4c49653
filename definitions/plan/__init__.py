"""The Safer West Mercia Plan itself: its table, objectives, areas, themes and availability."""
