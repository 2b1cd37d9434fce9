"""The shapes and the ontology in, the classes and what may be said of each out: what one must know to write a query.

How often a property occurs, and with what values, is what the shapes require; a property that only the ontology gives
to a class has no counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import rdflib
from rdflib import RDFS, SH, SKOS
from rdflib.collection import Collection
from rdflib.term import Node

from zhengtu.model import Label
from zhengtu.namespaces import BASE, compact, expand, prologue
from zhengtu.store.door import Store
from zhengtu.terms import DCTERMS, SCHEMA

NO_WORDS = Label("")
NAMES, DEFINING = (RDFS.label, SKOS.prefLabel, DCTERMS.title), (RDFS.comment, SKOS.definition)
DOMAINS, RANGES = (RDFS.domain, SCHEMA.domainIncludes), (RDFS.range, SCHEMA.rangeIncludes)
_STEPS = {SH.inversePath: "^{}", SH.zeroOrMorePath: "{}*", SH.oneOrMorePath: "{}+", SH.zeroOrOnePath: "{}?"}
_INSTANCES = "SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) { ?thing a ?class } GROUP BY ?class"
_SUPER = "SELECT ?class ?super { ?class rdfs:subClassOf ?super }"
_CODES = """
SELECT ?scheme ?code ?zh ?en {
  ?code skos:inScheme ?scheme
  OPTIONAL { ?code skos:prefLabel ?zh FILTER(LANG(?zh) = "zh") }
  OPTIONAL { ?code skos:prefLabel ?en FILTER(LANG(?en) = "en") }
} ORDER BY ?code
"""


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a code list."""

    curie: str
    label: Label


@dataclass(frozen=True, slots=True)
class Property:
    """What may be said of a class: its path as a query writes it, what is required of its values, its codes.

    `least` and `most` are None where nothing is required; `values` are datatypes and classes; `scheme` is the code list
    that `codes` are from.
    """

    path: str
    label: Label
    about: Label = NO_WORDS
    least: int | None = None
    most: int | None = None
    values: tuple[str, ...] = ()
    scheme: str = ""
    codes: tuple[Code, ...] = ()

    def also(self, other: "Property") -> "Property":
        """The same property, as two shapes know it: what either requires holds."""
        return replace(
            self,
            least=max((n for n in (self.least, other.least) if n is not None), default=None),
            most=min((n for n in (self.most, other.most) if n is not None), default=None),
            values=tuple(dict.fromkeys((*self.values, *other.values))),
            scheme=self.scheme or other.scheme,
            codes=self.codes or other.codes,
        )


@dataclass(frozen=True, slots=True)
class Class:
    """A class: its CURIE, names, meaning, the classes that it is a kind of, how many things are directly in it.

    `ruled`: a shape says what must be said of its things.
    """

    curie: str
    label: Label
    about: Label = NO_WORDS
    kinds_of: tuple[str, ...] = ()
    instances: int = 0
    ruled: bool = False
    properties: tuple[Property, ...] = field(default=(), compare=False)

    @property
    def names(self) -> frozenset[str]:
        """All ways to write it, in lower case."""
        names = (self.curie, expand(self.curie), self.curie.partition(":")[2], self.label.zh, self.label.en)
        return frozenset(name.casefold() for name in names if name)


class Vocabulary:
    """The classes of one store, with what the ontology and the shapes say of them; read once."""

    def __init__(self, store: Store, ontology: Path, shapes: Path) -> None:
        self._terms, self._shapes = rdflib.Graph(), rdflib.Graph()
        for folder, graph in ((ontology, self._terms), (shapes, self._shapes)):
            for file in sorted(folder.glob("*.ttl")):
                graph.parse(file)
        self._instances = {iri: int(count) for iri, count in store.query(_INSTANCES).rows()}
        self._above = defaultdict[str, list[str]](list)
        for iri, above in store.query(prologue("rdfs") + _SUPER).rows():
            self._above[iri].append(above)
        self._codes = defaultdict[str, list[Code]](list)
        for scheme, code, zh, en in store.query(prologue("skos") + _CODES).rows():
            self._codes[scheme].append(Code(compact(code), Label(zh, en)))

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        """Every class that a shape looks at or that has things, those of our own first."""
        iris = self._ruled | {iri for iri in self._instances if (rdflib.URIRef(iri), None, None) in self._terms}
        return tuple(self._class(iri) for iri in sorted(iris, key=lambda iri: (not iri.startswith(BASE), compact(iri))))

    @cached_property
    def _ruled(self) -> set[str]:
        """The classes that a shape looks at, and the narrower ones."""
        targets = {str(target) for target in self._shapes.objects(None, SH.targetClass)}
        return targets | {iri for iri in self._above if targets.intersection(self._with_above(iri))}

    def find(self, name: str) -> Class | None:
        """The class of this CURIE, IRI, local name or label, with its properties."""
        wanted = name.strip().casefold()
        found = next((known for known in self.classes if wanted in known.names), None)
        return found and replace(found, properties=tuple(self._properties(expand(found.curie))))

    def _class(self, iri: str) -> Class:
        node = rdflib.URIRef(iri)
        return Class(
            compact(iri),
            _label(self._terms, node, NAMES),
            _label(self._terms, node, DEFINING),
            tuple(sorted(compact(above) for above in self._above.get(iri, ()))),
            self._instances.get(iri, 0),
            iri in self._ruled,
        )

    def _properties(self, iri: str) -> Iterator[Property]:
        """What is required of the class first, in the order of the shapes, then what the ontology gives to it."""
        kinds = self._with_above(iri)
        found: dict[str, Property] = {}
        for said in (*self._asked(SH.targetClass, kinds), *self._offered(kinds)):
            found[said.path] = found[said.path].also(said) if said.path in found else said
        for said in self._asked(SH.targetSubjectsOf, map(expand, list(found))):
            known = found.get(said.path, replace(said, least=None))
            found[said.path] = known.also(replace(said, least=None))
        yield from found.values()

    def _asked(self, target: Node, of: Iterable[str]) -> Iterator[Property]:
        """What the shapes require that look at these classes, or at the subjects of these properties."""
        shapes = {shape for iri in of for shape in self._shapes.subjects(target, rdflib.URIRef(iri))}
        required = {node for shape in shapes for node in self._shapes.objects(shape, SH.property)}
        yield from map(self._required, sorted(required, key=self._order))

    def _with_above(self, iri: str) -> list[str]:
        found = [iri]
        for kind in found:
            found += [above for above in self._above.get(kind, ()) if above not in found]
        return found

    def _order(self, shape: Node) -> tuple[int, str]:
        order = self._shapes.value(shape, SH.order)
        return (int(str(order)) if order is not None else 0), str(shape)

    def _required(self, shape: Node) -> Property:
        path = self._shapes.value(shape, SH.path)
        assert path is not None  # noqa: S101 (SHACL, section 2.3.1: every property shape has a path)
        own = _label(self._terms, path, NAMES)
        scheme = self._scheme(shape)
        return Property(
            self._path(path),
            own if own.zh else _label(self._shapes, shape, (SH.name,)),
            _label(self._terms, path, DEFINING),
            self._count(shape, SH.minCount, SH.qualifiedMinCount),
            self._count(shape, SH.maxCount),
            self._values(shape),
            compact(scheme) if scheme else "",
            tuple(self._codes.get(scheme, ())) if scheme else self._listed(shape),
        )

    def _count(self, shape: Node, *bounds: Node) -> int | None:
        """How often at least or at most; what only deserves a warning is no bound."""
        values = [self._shapes.value(shape, bound) for bound in bounds]
        required = self._shapes.value(shape, SH.severity) in (None, SH.Violation)
        return next((int(str(value)) for value in values if value is not None and required), None)

    def _scheme(self, shape: Node) -> str:
        """The code list that its values are from."""
        for concept in self._shapes.objects(shape, SH.node):
            for inner in self._shapes.objects(concept, SH.property):
                if self._shapes.value(inner, SH.path) == SKOS.inScheme:
                    return str(self._shapes.value(inner, SH.hasValue) or "")
        return ""

    def _listed(self, shape: Node) -> tuple[Code, ...]:
        """The values that the shape itself lists."""
        listed = self._shapes.value(shape, SH["in"])
        values = Collection(self._shapes, listed) if listed is not None else ()
        return tuple(Code(compact(str(value)), _label(self._terms, value, NAMES)) for value in values)

    def _values(self, shape: Node) -> tuple[str, ...]:
        """Datatypes, classes and fixed values; of alternatives all."""
        direct = [str(value) for link in (SH.datatype, SH["class"]) for value in self._shapes.objects(shape, link)]
        for way in self._shapes.objects(shape, SH["or"]):
            for choice in Collection(self._shapes, way):
                direct += [expand(value) for value in self._values(choice)]
        return tuple(sorted(map(compact, direct)))

    def _path(self, path: Node) -> str:
        """A property path as SPARQL writes it (SHACL, section 2.3.1)."""
        if isinstance(path, rdflib.URIRef):
            return compact(str(path))
        for step, written in _STEPS.items():
            if (inner := self._shapes.value(path, step)) is not None:
                return written.format(self._path(inner))
        if (way := self._shapes.value(path, SH.alternativePath)) is not None:
            return f"({'|'.join(map(self._path, Collection(self._shapes, way)))})"
        return "/".join(map(self._path, Collection(self._shapes, path)))

    def _offered(self, kinds: list[str]) -> Iterator[Property]:
        """The properties whose domain the ontology says to be, or to include, one of the classes."""
        domains = [(link, rdflib.URIRef(kind)) for kind in kinds for link in DOMAINS]
        for node in sorted({node for link, kind in domains for node in self._terms.subjects(link, kind)}, key=str):
            ranges = {compact(str(value)) for link in RANGES for value in self._terms.objects(node, link)}
            yield Property(
                compact(str(node)),
                _label(self._terms, node, NAMES),
                _label(self._terms, node, DEFINING),
                values=tuple(sorted(ranges)),
            )


def _label(graph: rdflib.Graph, node: Node, links: tuple[Node, ...]) -> Label:
    for link in links:
        said = {value.language: str(value) for value in graph.objects(node, link) if isinstance(value, rdflib.Literal)}
        if said:
            return Label(said.get("zh", said.get(None, "")), said.get("en", ""))
    return Label("")
