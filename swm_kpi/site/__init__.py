"""The site: a catalogue becomes pages that anyone can read, so that what they say cannot drift.

Pages are plain Markdown with HTML tables, made by a pure function from what is declared, and any
tool that reads Markdown can build them. ``hook`` gives them to mkdocs in a checkout; ``build``
writes them to a folder for whoever has only the wheel. Only ``hook`` and ``build`` import mkdocs.

May import everything below. Must never show a value of a table that is not an example or synthetic.
"""
