"""Sample data made from real shopping: dunnhumby's "The Complete Journey"."""

from omnistore.demo.sample.build import POS_STOCK, build_sample, sample_sources
from omnistore.demo.sample.shapes import Sample

__all__ = ["POS_STOCK", "Sample", "build_sample", "sample_sources"]
