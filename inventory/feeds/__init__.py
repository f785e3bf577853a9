"""Readers of partners' files: plain Python over numpy and polars, no database."""
