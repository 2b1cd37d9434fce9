"""The entity layer: named things, and the relations between them."""

from collections import defaultdict
from collections.abc import Iterator

from rdflib import Literal, URIRef

from zhengtu.graph.literals import labels, zh
from zhengtu.graph.nodes import Nodes
from zhengtu.model import Entity, Relation, Span
from zhengtu.store.quads import Triple
from zhengtu.terms import ADMS, CPSV, DCTERMS, ELI, RDF, RDFS, SKOS, ZT, code, expand, statement

STATED, INFERRED = "stated", "inferred"
WHOLE_BY_KIND = {
    "office": "org:unitOf",
    "public-body": "org:subOrganizationOf",
    "organisation": "org:subOrganizationOf",
}
"""What `part_of` means; for every other kind it is dcterms:isPartOf (The Organization Ontology, section 5.1)."""


def entity_triples(nodes: Nodes) -> Iterator[Triple]:
    """The named things of the report."""
    for entity in nodes.report.entities.values():
        yield from _entity(nodes, entity)


def relation_triples(nodes: Nodes) -> Iterator[Triple]:
    """Each relation as a triple, and beside it the statement that holds its quotes."""
    merged: dict[tuple[str, str, str], list[Relation]] = defaultdict(list)
    for relation in nodes.report.relations:
        merged[relation.subject, relation.predicate, relation.object].append(relation)
    for implied in _implied(nodes):
        key = implied.subject, implied.predicate, implied.object
        if key not in merged:
            merged[key] = [implied]
    for (subject, predicate, obj), relations in merged.items():
        yield from _relation(nodes, (subject, predicate, obj), relations)


def _entity(nodes: Nodes, entity: Entity) -> Iterator[Triple]:
    node = nodes.entity(entity.id)
    classes = nodes.reference.kinds[entity.kind].classes
    for name in classes:
        yield node, RDF.type, URIRef(name)
    yield from labels(node, SKOS.prefLabel, entity.name)
    for alias in entity.aliases:
        yield node, SKOS.altLabel, zh(alias)
    yield node, DCTERMS.type, code("entity-kind", entity.kind)
    if entity.status:
        yield node, ADMS.status, code("status", entity.status)
    if entity.status_text:
        yield node, ZT.statusText, zh(entity.status_text)
    for span in entity.mention:
        yield node, ZT.firstMention, nodes.passage(span)
    if entity.note:
        yield node, RDFS.comment, zh(entity.note)
    yield from _titles(node, entity, classes)


def _titles(node: URIRef, entity: Entity, classes: tuple[str, ...]) -> Iterator[Triple]:
    """The names that a class asks for in a property of its own (ELI; CPSV-AP 3.2.0, Public Service)."""
    if str(ELI.LegalResource) in classes:
        yield node, ELI.title, zh(entity.name.zh)
    if str(CPSV.PublicService) in classes:
        yield node, DCTERMS.identifier, Literal(entity.id)
        yield from labels(node, DCTERMS.title, entity.name)


def _implied(nodes: Nodes) -> Iterator[Relation]:
    """What the columns part_of and located_in say, read off the name."""
    for entity in nodes.report.entities.values():
        whole = WHOLE_BY_KIND.get(entity.kind, "dcterms:isPartOf")
        for predicate, target in ((whole, entity.part_of), ("dcterms:spatial", entity.located_in)):
            if target:
                yield Relation(entity.id, predicate, target, INFERRED, entity.mention, "")


def _relation(nodes: Nodes, key: tuple[str, str, str], relations: list[Relation]) -> Iterator[Triple]:
    subject, predicate, obj = nodes.entity(key[0]), expand(key[1]), nodes.entity(key[2])
    node = statement(nodes.report.id, *key)
    basis = STATED if any(relation.basis == STATED for relation in relations) else INFERRED
    quotes: set[Span] = {span for relation in relations for span in relation.quote}
    yield subject, predicate, obj
    yield node, RDF.type, RDF.Statement
    yield node, RDF.subject, subject
    yield node, RDF.predicate, predicate
    yield node, RDF.object, obj
    yield node, ZT.basis, code("basis", basis)
    yield from nodes.evidence(node, quotes)
    for relation in relations:
        if relation.note:
            yield node, RDFS.comment, zh(relation.note)
