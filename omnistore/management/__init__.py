"""Commands of `manage.py` that belong to the project as a whole."""
