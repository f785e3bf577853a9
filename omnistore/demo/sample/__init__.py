"""Sample data made from real shopping: dunnhumby's "The Complete Journey"."""

from omnistore.demo.sample.build import build_sample, sample_sources
from omnistore.demo.sample.shapes import Sample

__all__ = ["Sample", "build_sample", "sample_sources"]
