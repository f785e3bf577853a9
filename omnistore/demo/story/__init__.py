"""What the demo tells from its first minute on, through the product's own services: see `telling`."""
