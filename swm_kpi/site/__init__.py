"""The site: pages in plain Markdown, generated from a catalogue.

``pages`` generates every page and imports no other tool, so any tool that reads Markdown can build
the site. ``hook`` passes the pages to mkdocs in a checkout; ``build`` writes them to a folder from
an installed package. Only those two import mkdocs.

This package may import every package below it. It must never show a value of a real table: pages
show worked examples and synthetic data only.
"""
