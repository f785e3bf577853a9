"""The benchmarks run, at sizes that take seconds, and their ratios are of the right order."""
