"""What was built, as tools that a language model calls by the Model Context Protocol: read-only, each claim cited."""
