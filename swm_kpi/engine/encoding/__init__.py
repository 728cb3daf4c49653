"""How values are encoded: column types, and local times across changes of the clocks."""
