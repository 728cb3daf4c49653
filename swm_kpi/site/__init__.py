"""The documentation site: plain Markdown made from the catalogue and from the code."""
