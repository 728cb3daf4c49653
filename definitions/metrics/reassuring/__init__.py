"""Reassuring West Mercia's communities: refs 55 to 68."""
