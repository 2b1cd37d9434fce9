"""A report or a graph in, what is wrong with it out. Findings about our data stop a build."""
