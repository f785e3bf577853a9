"""The HTTP API of the inventory: stores, items, stock, feeds."""
