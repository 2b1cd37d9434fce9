"""A `Report` in, quads out: facts, entities, text, provenance, derived values, the Data Cube. No blank nodes."""
