"""Python values in, RDF literals and label triples out."""

from collections.abc import Iterator
from decimal import Decimal

from rdflib import Literal, URIRef

from zhengtu.model import Label
from zhengtu.store.quads import Triple
from zhengtu.terms import XSD, plain


def decimal(value: Decimal) -> Literal:
    """An xsd:decimal in canonical form."""
    return Literal(plain(value), datatype=XSD.decimal, normalize=False)


def whole(value: int) -> Literal:
    """An xsd:nonNegativeInteger."""
    return Literal(str(value), datatype=XSD.nonNegativeInteger, normalize=False)


def integer(value: int) -> Literal:
    """An xsd:integer."""
    return Literal(str(value), datatype=XSD.integer, normalize=False)


def zh(text: str) -> Literal:
    """A Chinese literal."""
    return Literal(text, lang="zh")


def en(text: str) -> Literal:
    """An English literal."""
    return Literal(text, lang="en")


def labels(subject: URIRef, predicate: URIRef, label: Label) -> Iterator[Triple]:
    """The label in each language that it has."""
    yield subject, predicate, zh(label.zh)
    if label.en:
        yield subject, predicate, en(label.en)
