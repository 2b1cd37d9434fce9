"""What is indexed is found, whatever part of it is asked for; the best first; and nothing that is asked is obeyed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengtu.errors import BuildUnwritten, SearchTooSlow, StoreError
from zhengtu.model import Label, unwrap
from zhengtu.settings import Settings
from zhengtu.store import builds, search
from zhengtu.store.documents import documents, index_of
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.pinyin import initials
from zhengtu.store.search import Index, Kind, Role, Text, Thing

PLACE, WORK = Kind("zt:Place", Label("地点", "place")), Kind("zt:Work", Label("事项", "work"))
IN_ORDER = ("热线", "热线a", "b热线", "热线指标", "有热线的话", "热线引")
HOSTILE = [
    "*", '"', "NEAR(惠 州)", "惠 AND", "惠 OR OR", "said : x", "-惠", "^惠", "{said} : 惠", "惠*",
    "'; DROP TABLE text; --",
    "\x00", "惠\x00州", "\ud800", "惠\udfff", "😀", "\u202e惠\u202c", "。，、；", "%", "_", "(" * 5000, "惠" * 10_000,
    " ".join("abc" * 999),
    "", " ", "\u200b", "ﷺ" * 300,
]  # fmt: skip

BOTH = ["惠云眼", "惠州市"]
EXPECTED = {
    **dict.fromkeys(("惠 AND", "惠 OR OR", "said : x", "-惠", "^惠", "{said} : 惠", "惠*"), BOTH),
    **dict.fromkeys(("惠\udfff", "\u202e惠\u202c"), BOTH),
    "NEAR(惠 州)": ["惠州市", "惠云眼"],
    "惠\x00州": ["惠州市"],
    " ".join("abc" * 999): ["Huizhou Data Space"],
    "said : x": [],
}

def thing(name: str, kind: Kind = WORK) -> Thing:
    return Thing(f"https://example.org/{name}", Label(name, name), kind)


def index(folder: Path, *texts: Text) -> Index:
    path = folder / search.FILE
    path.unlink(missing_ok=True)
    search.write(path, texts, "digest")
    return Index(path)


def names(found: search.Found) -> list[str]:
    return [hit.thing.label.zh for hit in found.hits]


def of(*names_: str) -> list[Text]:
    return [Text(thing(name), "name", name) for name in names_]


han = st.text(st.sampled_from("惠州云眼热线平台数据的一"), min_size=1, max_size=4)
mixed = st.text(st.one_of(st.characters(), st.sampled_from("惠州云眼1,.2 aA%，\né́Å가Ⅳ㎡")), max_size=30)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=mixed, inside=han, after=mixed, data=st.data())
def test_any_part_of_a_text_with_a_chinese_character_finds_it(
    tmp_path: Path, before: str, inside: str, after: str, data: st.DataObject
) -> None:
    whole = before + inside + after
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(len(before) + 1, len(whole)))
    shown = whole.encode("utf-8", "replace").decode()
    two = index(tmp_path, Text(thing("it"), "quote", shown), Text(thing("other"), "quote", "z"))
    found = two.find(shown[start:end])
    assert names(found) == ["it"]
    assert not found.loose
    assert "".join(piece.text for piece in found.hits[0].pieces) == unwrap(shown)
    assert any(piece.marked for piece in found.hits[0].pieces)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of three names."""
    return index(tmp_path_factory.mktemp("few"), *of("惠州市", "惠云眼", "Huizhou Data Space"))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(question=st.text(st.characters(exclude_categories=()), max_size=400), kind=st.text(max_size=5))
def test_whatever_is_asked_is_answered(few: Index, question: str, kind: str) -> None:
    found = few.find(question, kind)
    assert len(found.hits) <= 3


@pytest.mark.parametrize("question", HOSTILE)
def test_the_signs_of_the_query_language_mean_nothing(few: Index, question: str) -> None:
    found = few.find(question)
    assert found.readable == any(char.isalnum() for char in question[: search.MOST_CHARS])
    assert names(found) == EXPECTED.get(question, [])
    assert found.cut == (len(question) > search.MOST_CHARS)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("惠云", ["惠云眼"]),
        ("眼", ["惠云眼"]),
        ("惠", ["惠云眼", "惠州市"]),
        ("HUIZHOU data", ["Huizhou Data Space"]),
        ("Ｈｕｉｚｈｏｕ", ["Huizhou Data Space"]),
        ("space data", ["Huizhou Data Space"]),
        ("无此", []),
    ],
)
def test_words_are_found(few: Index, question: str, expected: list[str]) -> None:
    assert names(few.find(question)) == expected


def test_numbers_are_found_as_they_are_written_or_not(tmp_path: Path) -> None:
    numbers = index(tmp_path, *of("共 202.58 万宗", "1,234个", "2025.8"))
    assert names(numbers.find("202.58")) == ["共 202.58 万宗"]
    assert names(numbers.find("202.58万宗")) == ["共 202.58 万宗"]
    assert names(numbers.find("1234")) == names(numbers.find("1,234")) == ["1,234个"]


def test_a_word_that_a_printed_line_breaks_is_found_and_marked(tmp_path: Path) -> None:
    (hit,) = index(tmp_path, *of("受理诉\n\n求宗")).find("诉求").hits
    assert [piece.text for piece in hit.pieces if piece.marked] == ["诉求"]


def test_the_exact_name_comes_first_then_names_aliases_indicators_texts_quotes(tmp_path: Path) -> None:
    roles: tuple[Role, ...] = ("name", "name", "alias", "indicator", "text", "quote")
    texts = [Text(thing(text), role, text) for text, role in zip(IN_ORDER, roles, strict=True)]
    assert names(index(tmp_path, *reversed(texts)).find("热线")) == list(IN_ORDER)
    assert names(index(tmp_path, *texts, Text(thing("x"), "quote", "有热线")).find("有热线"))[0] == "x"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("惠云眼", "hyy"), ("12345热线", "12345rx"), ("“重庆”市", "cqs"), ("Data Space", ""), ("眼", ""), ("长" * 31, "")],
)
def test_initials_are_those_of_the_pinyin(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_initials_find_a_name_and_stand_behind_what_is_written(store: EmbeddedStore, tmp_path: Path) -> None:
    found = index_of(tmp_path, lambda: store, "digest").find("HYY")
    assert found.hits[0].thing.iri == "https://w3id.org/zhengtu/id/initiative/huiyunyan"
    two = index(tmp_path, Text(thing("a"), "pinyin", "爱", sought="ai"), Text(thing("b"), "quote", "about AI here"))
    assert [hit.role for hit in two.find("a").hits] == ["quote", "pinyin"]


def test_a_thing_comes_once_with_its_best_text(tmp_path: Path) -> None:
    twice = (Text(thing("x"), "quote", "惠", (3, 5)), Text(thing("x"), "alias", "在惠州的"))
    (hit,) = index(tmp_path, *twice).find("惠").hits
    assert hit.pieces[0].text == "惠", "the exact text is the best"
    (hit,) = index(tmp_path, *twice).find("惠 州").hits
    assert hit.role == "alias"
    (hit,) = index(tmp_path, Text(thing("x"), "quote", "有惠州", (3, 6))).find("惠州").hits
    assert (hit.role, hit.place) == ("quote", (3, 6))


def test_where_no_text_has_every_word_those_with_most_come_first_and_it_is_said(tmp_path: Path) -> None:
    found = index(tmp_path, *of("甲", "甲很长的乙")).find("甲 乙 丙")
    assert found.loose
    assert names(found) == ["甲很长的乙", "甲"]


def test_a_kind_is_one_of_those_counted(tmp_path: Path) -> None:
    found = index(tmp_path, *of("惠州一"), Text(thing("惠州二", PLACE), "name", "惠州二"))
    assert found.find("惠州").kinds == ((WORK, 1), (PLACE, 1)) or found.find("惠州").kinds == ((PLACE, 1), (WORK, 1))
    assert names(found.find("惠州", "zt:Place")) == ["惠州二"]
    assert len(found.find("惠州", "zt:Place").kinds) == 2
    assert names(found.find("惠州", "zt:Unknown")) == []


def test_pages_hold_everything_once(tmp_path: Path) -> None:
    many = index(tmp_path, *of(*(f"惠州{number:04}" for number in range(45))))
    pages = [names(many.find("惠州", page=page)) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({name for page in pages for name in page}) == 45
    assert many.find("惠州").pages == 3


def test_a_search_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    many = index(tmp_path, *of(*(f"惠州{number:04}" for number in range(3000))))
    with pytest.raises(SearchTooSlow):
        Index(tmp_path / search.FILE, seconds=0).find("惠州")
    assert many.find("惠州").more


def test_what_is_no_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Index(tmp_path / "none").find("惠")
    (tmp_path / "broken").write_bytes(b"SQLite format 3\x00" + bytes(4000))
    with pytest.raises(StoreError):
        Index(tmp_path / "broken").find("惠")
    with pytest.raises(BuildUnwritten, match="腾出空间"):
        search.write(tmp_path / "no" / "folder", [], "")


def test_the_build_has_an_index_of_itself(built_settings: Settings) -> None:
    build = builds.current(built_settings.build_dir)
    assert search.digest_of(build.folder / search.FILE) == build.manifest["digest"]
    with closing(sqlite3.connect(build.folder / search.FILE)) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_every_text_of_the_graph_finds_its_thing(store: EmbeddedStore, built_settings: Settings) -> None:
    build = builds.current(built_settings.build_dir)
    built = index_of(build.folder, lambda: store, build.manifest["digest"])
    texts = [text for text in documents(store) if len(text.shown) <= search.MOST_CHARS]
    assert {text.role for text in texts} == set(search.ROLES)
    for text in texts[::17]:
        found = built.find(text.shown)
        pages = (built.find(text.shown, page=page) for page in range(1, found.pages + 1))
        assert text.thing.iri in [hit.thing.iri for page in pages for hit in page.hits] or found.more, text


def test_data_without_an_index_gets_one_that_goes_with_it(store: EmbeddedStore, tmp_path: Path) -> None:
    made = index_of(tmp_path, lambda: store, "digest")
    path = made._path
    assert made.find("惠云眼").hits[0].thing.iri == "https://w3id.org/zhengtu/id/initiative/huiyunyan"
    assert path.is_file()
    del made
    assert not path.parent.exists()
