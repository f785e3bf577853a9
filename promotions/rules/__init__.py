"""The rules: plain Python, no Django, no clock, no database."""
