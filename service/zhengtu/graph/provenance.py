"""Where a report's graph comes from: which text, which tables, by which reading, accepted by whom. No clock."""

from collections.abc import Iterator

from rdflib import Literal

from zhengtu import __version__
from zhengtu.graph.literals import en, zh
from zhengtu.graph.nodes import Nodes
from zhengtu.store.quads import Triple
from zhengtu.terms import DCTERMS, FOAF, ID, PROV, RDF, RDFS, graph, thing

SOFTWARE = ID[f"agent/zhengtu-{__version__}"]


def provenance_triples(nodes: Nodes) -> Iterator[Triple]:
    """The report graph as a prov:Bundle, and the reading that made it; the digest names the exact tables."""
    report = nodes.report
    bundle = graph(f"report-{report.id}")
    reading = ID[f"activity/read.{report.id}.{report.digest[:8]}"]
    accepted_by = thing("agent", report.accepted_by)
    yield bundle, RDF.type, PROV.Bundle
    yield bundle, RDF.type, PROV.Entity
    yield bundle, PROV.wasDerivedFrom, nodes.text
    yield bundle, PROV.wasGeneratedBy, reading
    yield bundle, PROV.wasAttributedTo, accepted_by
    yield reading, RDF.type, PROV.Activity
    yield reading, RDFS.label, zh("逐条抄录引文，数量由语法解析，引文逐字核对")
    yield reading, RDFS.label, en("quotes copied by hand and matched exactly, quantities read by the grammar")
    yield reading, DCTERMS.identifier, Literal(f"sha256:{report.digest}")
    yield reading, DCTERMS.identifier, Literal(f"sha256:{report.shared_digest}")
    yield reading, PROV.used, nodes.text
    yield reading, PROV.wasAssociatedWith, accepted_by
    yield reading, PROV.wasAssociatedWith, SOFTWARE


def software_triples() -> Iterator[Triple]:
    """The program that builds."""
    yield SOFTWARE, RDF.type, PROV.SoftwareAgent
    yield SOFTWARE, FOAF.name, en(f"zhengtu {__version__}")
    yield SOFTWARE, FOAF.name, zh(f"政图 {__version__}")
