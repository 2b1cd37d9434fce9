"""A store in, what people take away out: tables, later descriptions and catalogues. Knows no web framework."""
