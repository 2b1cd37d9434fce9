"""Zhengtu 政图: a departmental performance self-evaluation in, a knowledge graph with exact quotes out."""

__version__ = "0.1.0"
