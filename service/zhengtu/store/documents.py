"""A store in, the texts by which its things are found out: names and their initials, indicators, statements, quotes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from zhengtu.model import Label
from zhengtu.namespaces import compact, prologue
from zhengtu.store import search
from zhengtu.store.door import Store
from zhengtu.store.pinyin import initials
from zhengtu.store.search import Index, Kind, Role, Text, Thing

MOST = 1_000_000
"""Most texts of one sort that are read of a store."""
MOST_NOW = 50_000
"""The same, where a service that starts waits for it."""
NAMES = ("skos:prefLabel", "rdfs:label", "dcterms:title", "eli:title", "foaf:name", "schema:name")
"""What a thing is called, the first that it has."""
ALIASES = ("skos:altLabel", "skos:hiddenLabel", "skos:notation")
CALLED: tuple[tuple[Role, tuple[str, ...]], ...] = (("name", NAMES), ("alias", ALIASES))
STATED = ("schema:text", "zt:reportedText")
INDICATOR, DOCUMENT, QUOTE = "zt:Indicator", "schema:DigitalDocument", "oa:SpecificResource"
REPEATING = frozenset(("earl:TestResult", "sh:ValidationResult", QUOTE))
"""Classes of things that are called as what they belong to is."""
PREFIXES = ("dcterms", "eli", "foaf", "oa", "rdfs", "schema", "sdmx-dimension", "skos", "zt")
TITLE_CHARS = 80

_SAID = "SELECT ?thing ?text (LANG(?text) AS ?tag) {{ ?thing {link} ?text FILTER(isIRI(?thing) && isLiteral(?text)) }}"
_CLASSES = "SELECT ?thing ?class { ?thing a ?class FILTER(isIRI(?thing) && isIRI(?class)) }"
_MEASURED = """SELECT ?fact ?about ?indicator ?role ?period {
  ?fact zt:reportedText ?text ; schema:about ?about ; zt:indicator ?indicator
  OPTIONAL { ?fact zt:valueRole ?role } OPTIONAL { ?fact sdmx-dimension:refPeriod ?period } }"""
_QUOTED = """SELECT ?passage ?source ?text ?start ?end {
  ?passage oa:hasSource ?source ; oa:hasSelector ?quote . ?quote oa:exact ?text FILTER(isIRI(?passage))
  OPTIONAL { ?passage oa:hasSelector ?position . ?position oa:start ?start ; oa:end ?end } }"""


def documents(store: Store, most: int = MOST) -> Iterator[Text]:
    """Every text by which something can be found; of each sort at most `most`."""
    return iter(_Reader(store, most))


def write_index(folder: Path, store: Store, digest: str) -> None:
    """Write the search index of a build into its folder. Raises BuildUnwritten."""
    search.write(folder / search.FILE, documents(store), digest)


def index_of(folder: Path, opened: Callable[[], Store], digest: str) -> Index:
    """The index that lies with a build, else one made now of what `opened` gives, as far as a start has time for it."""
    beside = folder / search.FILE
    if search.digest_of(beside) == digest:
        return Index(beside)
    return Index.scratch(documents(opened(), MOST_NOW), digest)


class _Reader:
    """The names and classes of a store, and the texts made with them."""

    def __init__(self, store: Store, most: int) -> None:
        self._store, self._most = store, most
        self._names = self._named(NAMES)
        self._stated = self._named(STATED)
        classes: defaultdict[str, set[str]] = defaultdict(set)
        for thing, class_ in self._rows(_CLASSES):
            classes[thing].add(class_)
        self._classes: Mapping[str, set[str]] = classes
        self._size = Counter(chain.from_iterable(classes.values()))
        self._measured = {fact: tuple(filter(None, of)) for fact, *of in self._rows(_MEASURED)}

    def __iter__(self) -> Iterator[Text]:
        """Names, aliases, statements, quotes."""
        yield from self._called()
        yield from self._statements()
        yield from self._quotes()

    def _rows(self, query: str) -> Iterator[tuple[str, ...]]:
        return self._store.query(f"{prologue(*PREFIXES)}{query} LIMIT {self._most}").rows()

    def _said(self, link: str) -> Iterator[tuple[str, str, str]]:
        for thing, text, tag in self._rows(_SAID.format(link=link)):
            yield thing, text, tag.partition("-")[0].lower()

    def _named(self, links: tuple[str, ...]) -> dict[str, Label]:
        """Each thing with its first name in either language; where one is missing, or has no language, the other."""
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for link in links:
            for thing, text, tag in sorted(self._said(link)):
                found[thing].setdefault(tag, text)
        return {thing: _label(by_tag) for thing, by_tag in found.items()}

    def _is(self, thing: str, class_: str) -> bool:
        return any(compact(found) == class_ for found in self._classes.get(thing, ()))

    def _called(self) -> Iterator[Text]:
        for role, links in CALLED:
            for link in links:
                for iri, text, _ in self._said(link):
                    if not any(self._is(iri, class_) for class_ in REPEATING):
                        yield Text(self._thing(iri), self._role(iri, role), text)
                        if letters := initials(text):
                            yield Text(self._thing(iri), "pinyin", text, sought=letters)

    def _role(self, iri: str, role: Role) -> Role:
        if self._is(iri, INDICATOR):
            return "indicator"
        return "text" if self._is(iri, "earl:Assertion") else role

    def _statements(self) -> Iterator[Text]:
        for link in STATED:
            for iri, text, _ in self._said(link):
                if iri in self._measured:
                    label = self._title(iri)
                    yield Text(self._thing(iri), "text", label.zh)
                    yield Text(self._thing(iri), "text", label.en)
                elif not self._is(iri, DOCUMENT):
                    yield Text(self._thing(iri), "text", text)

    def _quotes(self) -> Iterator[Text]:
        for iri, source, text, start, end in self._rows(_QUOTED):
            place = (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None
            yield Text(Thing(iri, self._place(source, place), self._kind(iri)), "quote", text, place)

    def _place(self, source: str, place: tuple[int, int] | None) -> Label:
        title = self._title(source)
        if place is None:
            return title
        start, end = place
        return Label(f"{title.zh}，第 {start}–{end} 字", f"{title.en}, characters {start}–{end}")

    def _thing(self, iri: str) -> Thing:
        return Thing(iri, self._title(iri), self._kind(iri))

    def _title(self, iri: str) -> Label:
        """Its name; of a figure, what it is a figure of and when; else what it states; else the end of its IRI."""
        said = None if iri in self._names else self._stated.get(iri)
        if said and iri in self._measured:
            about, indicator, *more = map(self._name, self._measured[iri])
            zh, en = "，".join(label.zh for label in more), ", ".join(label.en for label in more)
            return Label(
                f"{about.zh} · {indicator.zh}：{said.zh}" + (f"（{zh}）" if zh else ""),
                f"{about.en} · {indicator.en}: {said.en}" + (f" ({en})" if en else ""),
            )
        if said:
            return Label(_short(said.zh), _short(said.en))
        return self._name(iri)

    def _name(self, iri: str) -> Label:
        return self._names.get(iri, Label(compact(iri), compact(iri)))

    def _kind(self, iri: str) -> Kind:
        """The class that says most of it: one of ours before others, the rarer before the more common."""
        classes = self._classes.get(iri)
        if not classes:
            return Kind("", Label("其他", "other"))
        best = min(classes, key=lambda found: (not compact(found).startswith("zt:"), self._size[found], found))
        short = compact(best)
        return Kind(short, self._names.get(best, Label(short, short)))


def _label(by_tag: Mapping[str, str]) -> Label:
    anything = by_tag.get("") or by_tag[min(by_tag)]
    zh, en = by_tag.get("zh"), by_tag.get("en")
    return Label(zh or by_tag.get("") or en or anything, en or by_tag.get("") or zh or anything)


def _short(text: str) -> str:
    return text if len(text) <= TITLE_CHARS else f"{text[:TITLE_CHARS]}…"
