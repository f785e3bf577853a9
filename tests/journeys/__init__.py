"""One file a journey: from one end of the product to the other, on real parts."""
