"""Building a more secure West Mercia: refs 11 to 43."""
