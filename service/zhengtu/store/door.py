"""The door: what every engine must do, and the formats that answers come in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["solutions", "graph"]


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: short name (also the file extension), media type, and what it can carry."""

    name: str
    media_type: str
    kind: Kind


FORMATS: tuple[Format, ...] = (
    Format("json", "application/sparql-results+json", "solutions"),
    Format("xml", "application/sparql-results+xml", "solutions"),
    Format("csv", "text/csv", "solutions"),
    Format("tsv", "text/tab-separated-values", "solutions"),
    Format("ttl", "text/turtle", "graph"),
    Format("nt", "application/n-triples", "graph"),
    Format("rdf", "application/rdf+xml", "graph"),
    Format("jsonld", "application/ld+json", "graph"),
)


def formats(kind: Kind) -> tuple[Format, ...]:
    """The formats that carry `kind`, the preferred one first."""
    return tuple(f for f in FORMATS if f.kind == kind)


def by_name(name: str) -> Format | None:
    """The format with this short name."""
    return next((f for f in FORMATS if f.name == name), None)


class Answer(Protocol):
    """The answer to one query; read it once, by `rows` or by `write`."""

    @property
    def kind(self) -> Kind:
        """Solutions (SELECT, ASK) or a graph (CONSTRUCT, DESCRIBE)."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the columns; empty for ASK and for graphs."""

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Solutions as strings, in the order of `variables`; an unbound value is the empty string."""

    def write(self, form: Format) -> bytes:
        """The answer as the engine itself serialises it. Raises ValueError when `form` is of another kind."""


class Store(Protocol):
    """A read-only dataset that answers SPARQL 1.1 queries; its default graph is the union of its graphs."""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        labels: Sequence[str] = (),
    ) -> Answer:
        """Answer `text` over the dataset that the request or else the query names.

        `labels` are languages (`zh`, `en`) in which to name each IRI of solutions, in a column `x_label` beside `x`;
        a remote engine that is no Zhengtu adds none.

        Raises QueryMalformed when it is not SPARQL, QueryRefused when it would reach beyond the store.
        """

    def __len__(self) -> int:
        """Number of quads."""
