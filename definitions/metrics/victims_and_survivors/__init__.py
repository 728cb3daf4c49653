"""Putting victims and survivors first: refs 1 to 10."""
