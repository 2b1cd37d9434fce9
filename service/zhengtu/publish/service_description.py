"""A store and the address that it is served at in, the SPARQL 1.1 Service Description out: one CONSTRUCT.

The description of the data set and of its graphs is read from the store; what depends on the service is said here.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from zhengtu.namespaces import prologue
from zhengtu.publish.describe import DATASET
from zhengtu.store.door import Format, Store
from zhengtu.store.limits import Limits

_NAMES = {
    "json": "SPARQL_Results_JSON", "xml": "SPARQL_Results_XML", "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV", "ttl": "Turtle", "nt": "N-Triples", "rdf": "RDF_XML", "jsonld": "JSON-LD",
}  # fmt: skip
_DATASET = """
  { VALUES ?s { <$dataset> } ?s ?p ?o
    FILTER(!STRSTARTS(STR(?p), STR(void:)) || ?p IN (void:triples, void:distinctSubjects, void:distinctObjects,
      void:classes, void:properties, void:sparqlEndpoint, void:dataDump, void:uriSpace)) }
  UNION { <$dataset> sd:namedGraph ?s . ?s ?p ?o FILTER(?p IN (rdf:type, rdfs:label, sd:name, sd:graph)) }
  UNION { <$dataset> sd:namedGraph/sd:graph ?s . ?s ?p ?o }
"""


def service_description(store: Store, base_url: str, formats: Iterable[Format], limits: Limits, form: Format) -> bytes:
    """The description of the endpoint `<base_url>/sparql` as `form` (SPARQL 1.1 Service Description, section 3).

    `formats` are those that it answers in, `limits` what a query may cost there.
    """
    told = "\n".join(f"({' '.join(row)})" for row in _service(f"{base_url.rstrip('/')}/sparql", formats, limits))
    known = _DATASET.replace("$dataset", DATASET)
    prefixes = prologue("dcterms", "rdf", "rdfs", "sd", "void")
    query = f"{prefixes}CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ VALUES (?s ?p ?o) {{ {told} }} }} UNION {known} }}"
    return store.query(query).write(form)


def format_iri(form: Format) -> str:
    """The IRI of a format among the Unique URIs for File Formats (W3C)."""
    return f"http://www.w3.org/ns/formats/{_NAMES[form.name]}"


def _service(address: str, formats: Iterable[Format], limits: Limits) -> Iterator[tuple[str, str, str]]:
    service = f"<{quote(address, safe=':/?&=%~+,;@!$()*[]')}>"
    yield service, "rdf:type", "sd:Service"
    yield service, "sd:endpoint", service
    yield service, "sd:supportedLanguage", "sd:SPARQL11Query"
    yield service, "sd:feature", "sd:UnionDefaultGraph"
    if limits.services:
        yield service, "sd:feature", "sd:BasicFederatedQuery"
    yield service, "sd:defaultDataset", f"<{DATASET}>"
    yield from ((service, "sd:resultFormat", f"<{format_iri(form)}>") for form in formats)
    yield service, "rdfs:label", '"政图 SPARQL 端点"@zh'
    yield service, "rdfs:label", '"Zhengtu SPARQL endpoint"@en'
    for zh, en in limits_in_words(limits):
        yield service, "rdfs:comment", f'"{zh}"@zh'
        yield service, "rdfs:comment", f'"{en}"@en'


def limits_in_words(limits: Limits) -> Iterator[tuple[str, str]]:
    """Every limit in words, Chinese and English."""
    seconds, wait = f"{limits.seconds:g}", f"{limits.queue_seconds:g}"
    yield f"单个查询最长 {seconds} 秒。", f"A query may run for {seconds} seconds."
    yield f"单个查询最多占用 {limits.memory_mb} MB 内存。", f"A query may need {limits.memory_mb} MB of memory."
    yield f"单个结果最大 {limits.result_bytes} 字节。", f"An answer may have {limits.result_bytes} bytes."
    yield f"查询文本最长 {limits.query_chars} 字符。", f"The text of a query may have {limits.query_chars} characters."
    yield f"查询最深嵌套 {limits.depth} 层。", f"A query may nest {limits.depth} levels deep."
    yield f"查询一组内最多 {limits.chain} 个运算符。", f"A query may chain {limits.chain} operators in one group."
    yield f"最多 {limits.workers} 个查询同时运行。", f"{limits.workers} queries may run at the same time."
    yield (
        f"最多 {limits.queue} 个查询等待，各最长 {wait} 秒。",
        f"{limits.queue} queries may wait, each for {wait} seconds.",
    )
    if limits.client_seconds:
        yield (
            f"每个客户端每分钟最多使用 {limits.client_seconds:g} 秒查询时间。",
            f"A client may use {limits.client_seconds:g} seconds of query time a minute.",
        )
    if limits.services:
        listed = ", ".join(limits.services)
        yield f"SERVICE 只可访问 {listed}。", f"SERVICE may call {listed} only."
    else:
        yield "不支持 SERVICE。", "There is no SERVICE."
    yield "不支持更新。", "There is no update."
