"""Reads: what a store is told, what a scan means, what the desk sees."""
