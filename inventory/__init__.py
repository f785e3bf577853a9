"""What stands in which store: feeds in, stock out."""
