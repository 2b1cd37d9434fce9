"""HTTP over a store: read-only; shows what was built, never builds."""
