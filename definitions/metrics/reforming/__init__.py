"""Reforming West Mercia: refs 44 to 54."""
