"""Reading tables: adapt each input, encode it to the contract's types and validate it."""
