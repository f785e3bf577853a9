"""Pages: the tablet and the merchandising desk."""
