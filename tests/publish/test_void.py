"""What the build says about itself: every number is what a query counts, and SPARQL editors find what they look for."""

import random
import re
from collections import Counter

import pytest
from rdflib import Literal, URIRef

from zhengtu import rooms
from zhengtu.errors import StoreError
from zhengtu.namespaces import BASE, PREFIXES, prologue
from zhengtu.publish.questions import Question, read_questions
from zhengtu.publish.void import void_quads
from zhengtu.settings import Settings
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.quads import Quad, load, sorted_lines
from zhengtu.terms import RDF, VOID, graph

REPORT = "huizhou-zsj-2024"
DATASET = f"<{BASE}dataset>"
SAMPLE = 40

# The queries of github.com/sib-swiss/sparql-editor, packages/sparql-editor/src/metadata.ts, shortened where they only
# ask for more labels.
EDITOR_PREFIXES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix
"""
EDITOR_EXAMPLES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query WHERE {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|sh:describe ?query .
} ORDER BY ?sq
"""
EDITOR_CLASSES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype ?triples ?subjectClassLabel WHERE {
  {
    OPTIONAL {
      ?graph sd:graph ?graphDesc . OPTIONAL { ?graph rdfs:label ?graphLabel } ?graphDesc void:classPartition ?cp
    }
    ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
    OPTIONAL { ?subjectClass rdfs:label ?subjectClassLabel }
    ?pp void:property ?prop .
    OPTIONAL { ?pp void:triples ?triples }
    OPTIONAL {
      { ?pp void:classPartition [ void:class ?objectClass ] }
      UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }
    }
  } UNION {
    ?linkset void:subjectsTarget [ void:class ?subjectClass ] ; void:linkPredicate ?prop ;
      void:objectsTarget [ void:class ?objectClass ] .
  }
}
"""

STATED = {
    "classes": f"{DATASET} void:classPartition [ void:class ?c ; void:entities ?n ]",
    "properties": f"{DATASET} void:propertyPartition [ void:property ?p ; void:triples ?n ; void:distinctSubjects ?m ]",
    "used": f"""{DATASET} void:classPartition [ void:class ?c ; void:propertyPartition
      [ void:property ?p ; void:triples ?n ] ]""",
    "to_classes": f"""{DATASET} void:classPartition [ void:class ?c ; void:propertyPartition
      [ void:property ?p ; void:classPartition [ void:class ?d ; void:triples ?n ] ] ]""",
    "to_datatypes": f"""{DATASET} void:classPartition [ void:class ?c ; void:propertyPartition
      [ void:property ?p ; void-ext:datatypePartition [ void-ext:datatype ?d ; void:triples ?n ] ] ]""",
    "links": f"""?l a void:Linkset ; void:linkPredicate ?p ; void:triples ?n ; void:objectsTarget [ void:uriSpace ?d ] ;
      void:subjectsTarget {DATASET}""",
    "graphs": f"{DATASET} sd:namedGraph [ sd:name ?g ; sd:graph [ void:triples ?n ] ]",
}
COUNTED = {
    "classes": "?s a ?c",
    "properties": "?s ?p ?o",
    "used": "?s a ?c ; ?p ?o",
    "to_classes": "?s a ?c ; ?p ?o . ?o a ?d",
    "to_datatypes": "?s a ?c ; ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?d)",
    "links": f"""VALUES ?p {{ skos:exactMatch skos:closeMatch qudt:hasUnit }} ?s ?p ?o
      FILTER(!STRSTARTS(STR(?o), "{BASE}")) BIND(REPLACE(STR(?o), "[^/#]*$", "") AS ?d)""",
    "graphs": "GRAPH ?g { ?s ?p ?o }",
}
KEYS = {
    "classes": "?c", "properties": "?p", "used": "?c ?p", "to_classes": "?c ?p ?d", "to_datatypes": "?c ?p ?d",
    "links": "?p ?d", "graphs": "?g",
}  # fmt: skip


def rows(store: EmbeddedStore, query: str) -> list[tuple[str, ...]]:
    return list(store.query(prologue() + query).rows())


def number(store: EmbeddedStore, pattern: str, measure: str = "COUNT(*)") -> int:
    return int(rows(store, f"SELECT ({measure} AS ?n) {{ {pattern} }}")[0][0])


def stated(store: EmbeddedStore, property_: str) -> int:
    ((value,),) = rows(store, f"SELECT ?n {{ {DATASET} {property_} ?n }}")
    return int(value)


def check_whole(store: EmbeddedStore) -> None:
    assert stated(store, "void:triples") == number(store, "?s ?p ?o") == len(store)
    assert stated(store, "void:distinctSubjects") == number(store, "?s ?p ?o", "COUNT(DISTINCT ?s)")
    assert stated(store, "void:distinctObjects") == number(store, "?s ?p ?o", "COUNT(DISTINCT ?o)")
    assert stated(store, "void:properties") == number(store, "?s ?p ?o", "COUNT(DISTINCT ?p)")
    assert stated(store, "void:classes") == number(store, "?s a ?c", "COUNT(DISTINCT ?c)")


def check_partitions(store: EmbeddedStore, name: str) -> list[tuple[str, ...]]:
    keys = KEYS[name]
    said = Counter(row for row in rows(store, f"SELECT {keys} ?n {{ {STATED[name]} }}"))
    query = f"SELECT {keys} (COUNT(*) AS ?n) {{ {COUNTED[name]} }} GROUP BY {keys}"
    assert said == Counter(rows(store, query))
    return list(said)


def test_the_whole_is_counted_right(store: EmbeddedStore) -> None:
    check_whole(store)


@pytest.mark.parametrize("name", STATED)
def test_every_partition_is_counted_right(store: EmbeddedStore, name: str) -> None:
    assert len(check_partitions(store, name)) >= 8


@pytest.mark.parametrize("name", ["classes", "properties", "used", "to_classes"])
def test_a_partition_is_what_a_plain_query_counts(store: EmbeddedStore, name: str) -> None:
    for row in random.Random(name).sample(rows(store, f"SELECT {KEYS[name]} ?n {{ {STATED[name]} }}"), SAMPLE):  # noqa: S311
        pattern = COUNTED[name]
        for variable, iri in zip(KEYS[name].split(), row, strict=False):
            pattern = pattern.replace(variable, f"<{iri}>")
        assert number(store, pattern) == int(row[-1]), pattern


def test_a_property_tells_its_distinct_subjects_and_objects(store: EmbeddedStore) -> None:
    partition = f"{DATASET} void:propertyPartition [ void:property ?p ; $measure ?n ]"
    for measure, variable in (("void:distinctSubjects", "?s"), ("void:distinctObjects", "?o")):
        said = set(rows(store, f"SELECT ?p ?n {{ {partition.replace('$measure', measure)} }}"))
        counted = set(rows(store, f"SELECT ?p (COUNT(DISTINCT {variable}) AS ?n) {{ ?s ?p ?o }} GROUP BY ?p"))
        assert said <= counted
        assert {p for p, _ in counted - said} <= {str(VOID.distinctObjects)}


def test_two_descriptions_are_the_same_and_all_nodes_have_iris(built_settings: Settings) -> None:
    lines = (built_settings.build_dir / "current" / "zhengtu.nq").read_bytes().splitlines(keepends=True)
    catalog = str(graph("catalog")).encode()
    facts = [line for line in lines if b"/dataset" not in line.partition(b"> ")[0] and catalog not in line]
    once, again = (void_quads(facts, read_questions(rooms.ontology() / "questions")) for _ in range(2))
    assert once == again
    assert all(isinstance(node, URIRef) for subject, predicate, _, name in once for node in (subject, predicate, name))
    with pytest.raises(StoreError, match="already"):
        void_quads([*facts, *sorted_lines(once)], ())


@pytest.mark.parametrize("size", range(0, 60, 5))
def test_numbers_settle_whatever_the_data_count(size: int) -> None:
    node, value = URIRef(f"{BASE}id/org/a"), URIRef("urn:x:value")
    quads: list[Quad] = [(node, value, Literal(n), graph("derived")) for n in range(size)]
    quads += [(URIRef(f"{node}{n}"), RDF.type, URIRef("urn:x:Thing"), graph("quality")) for n in range(size)]
    store = load([*quads, *void_quads(sorted_lines(quads), ())])
    check_whole(store)
    for name in ("classes", "properties", "used", "graphs"):
        check_partitions(store, name)


def test_what_helps_to_begin_is_there(store: EmbeddedStore) -> None:
    examples = rows(store, f"SELECT ?e {{ {DATASET} void:exampleResource ?e . ?e a ?class }}")
    vocabularies = {iri for (iri,) in rows(store, f"SELECT ?v {{ {DATASET} void:vocabulary ?v }}")}
    assert len({iri for (iri,) in examples}) >= 3
    assert {PREFIXES[prefix] for prefix in ("zt", "prov", "skos", "oa", "schema", "void")} <= vocabularies
    assert rows(store, f"SELECT ?u {{ {DATASET} void:uriSpace ?u }}") == [(BASE,)]
    assert rows(store, f"ASK {{ ?s a sd:Service ; sd:endpoint <{BASE}sparql> ; sd:defaultDataset {DATASET} }}") == [
        ("true",)
    ]
    for property_ in ("dcterms:title", "dcterms:description"):
        assert set(rows(store, f"SELECT (LANG(?t) AS ?l) {{ {DATASET} {property_} ?t }}")) == {("zh",), ("en",)}


def test_every_graph_has_a_name_in_both_languages(store: EmbeddedStore) -> None:
    graphs = {name for (name,) in rows(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}
    named = Counter(
        name for name, _ in rows(store, "SELECT ?g (LANG(?l) AS ?t) { ?g a sd:NamedGraph ; rdfs:label ?l }")
    )
    assert named == dict.fromkeys(graphs, 2)


def test_an_editor_finds_the_prefixes(store: EmbeddedStore) -> None:
    assert dict(store.query(EDITOR_PREFIXES).rows()) == PREFIXES  # type: ignore[arg-type]


def test_an_editor_finds_the_examples(store: EmbeddedStore) -> None:
    found = list(store.query(EDITOR_EXAMPLES).rows())
    assert len({example for example, _, _ in found}) >= 6
    assert len(found) == 2 * len({example for example, _, _ in found})


def test_an_editor_finds_the_classes_and_what_their_properties_lead_to(store: EmbeddedStore) -> None:
    found = {row[:4] for row in store.query(EDITOR_CLASSES).rows()}
    zt, xsd, schema = PREFIXES["zt"], PREFIXES["xsd"], PREFIXES["schema"]
    assert (f"{zt}Observation", f"{zt}indicator", f"{zt}Indicator", "") in found
    assert (f"{zt}Observation", PREFIXES["sdmx-measure"] + "obsValue", "", f"{xsd}decimal") in found
    assert (f"{schema}Claim", PREFIXES["prov"] + "wasDerivedFrom", PREFIXES["oa"] + "ResourceSelection", "") in found


QUESTIONS = tuple(read_questions(rooms.ontology() / "questions"))
OF_A_CHECKED_BUILD = {"missing-content"}
"""Questions about what `zhengtu check` finds, which have no answer before."""


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)
def test_every_question_is_answered_and_says_what_it_asks(store: EmbeddedStore, question: Question) -> None:
    assert bool(list(store.query(question.query).rows())) == (question.slug not in OF_A_CHECKED_BUILD)
    for label in (question.title, question.description):
        assert label.zh
        assert label.en
        assert label.zh != label.en
    for prefix, namespace in re.findall(r"PREFIX ([\w-]+): <(.*)>", question.query):
        assert PREFIXES.get(prefix, namespace) == namespace


@pytest.mark.parametrize("slug", ["data-spaces", "recognitions-by-level"])
def test_the_place_of_an_answer_is_where_its_quote_stands(store: EmbeddedStore, slug: str) -> None:
    answer = store.query(next(question.query for question in QUESTIONS if question.slug == slug))
    quote, place = (answer.variables.index(name) for name in ("quote", "place"))
    whole = (rooms.data() / "reports" / REPORT / "text.txt").read_bytes().decode("utf-8")
    found = [(row[quote], row[place].partition("-")) for row in answer.rows()]
    assert found
    assert all(whole[int(start) : int(end)] == words for words, (start, _, end) in found)
