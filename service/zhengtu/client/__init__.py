"""The graph for researchers: a folder or an address in, tables with typed columns out."""

from zhengtu.client.graph import Graph

__all__ = ["Graph"]
