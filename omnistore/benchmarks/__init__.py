"""How fast OmniStore is, as ratios to a limit or a peer that is measured beside it in the same run."""
