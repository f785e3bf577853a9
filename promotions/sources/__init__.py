"""Promotions as partners send them: one format a module, plain Python."""
