"""Writes: one transaction, one purpose each."""
