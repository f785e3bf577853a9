"""What is on offer, where it can be honoured, what the store was told and what came of it."""
