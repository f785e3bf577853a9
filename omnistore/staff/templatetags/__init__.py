"""Template words of the staff pages."""
