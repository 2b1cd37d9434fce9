"""A text in, the same text without what a terminal or a reader could take as more than text out."""


def printable(text: str) -> str:
    """Control, format and bidirectional characters, and line breaks, become spaces."""
    return "".join(char if char.isprintable() else " " for char in text)
