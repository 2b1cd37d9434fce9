"""Quotes resolve to exact spans, white space apart, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtu.model import SourceText, Span, squeeze
from zhengtu.read.quotes import AmbiguousError, NotFoundError, locate, locate_all, locate_within

TEXT = SourceText("接通率 98.62%，满\n\n意度 99%。\n接通率 98.6%。\n", "0")


def said(spans: tuple[Span, ...]) -> list[str]:
    return [TEXT.slice(span) for span in spans]


def test_a_line_wrap_does_not_hide_a_quote() -> None:
    assert said(locate(TEXT, "满意度99%")) == ["满\n\n意度 99%"]


def test_a_quote_that_occurs_twice_needs_its_number() -> None:
    with pytest.raises(AmbiguousError) as refused:
        locate(TEXT, "接通率 98.6")
    assert refused.value.args == ("接通率98.6", 2)
    first, second = (locate(TEXT, "接通率 98.6", nth)[0].start for nth in (1, 2))
    assert first < second
    with pytest.raises(NotFoundError):
        locate(TEXT, "接通率 98.6", 3)


@pytest.mark.parametrize(
    "quote", ["接通率 98.63%", "接通率98.62％", "", "  ", "接通率 98.62% … 满意度 100%", "满意度 … "]
)
def test_nothing_is_matched_by_likeness(quote: str) -> None:
    with pytest.raises(NotFoundError):
        locate(TEXT, quote)


def test_slices_follow_one_another() -> None:
    assert said(locate(TEXT, "满意度 … 98.6%")) == ["满\n\n意度", "98.6%"]


def test_the_printed_value_lies_inside_the_quote() -> None:
    quote = locate(TEXT, "接通率 98.62%，满意度99%")
    assert TEXT.slice(locate_within(TEXT, quote, "99%", None)) == "99%"
    with pytest.raises(NotFoundError):
        locate_within(TEXT, quote, "98.6%", None)
    with pytest.raises(AmbiguousError):
        locate_within(TEXT, quote, "9", None)


def test_all_places_are_found() -> None:
    assert len(locate_all(TEXT, "接通率")) == 2


@given(st.text(alphabet="甲乙 \n1", min_size=1, max_size=40), st.data())
def test_every_slice_of_a_text_is_found_where_it_stands(raw: str, data: st.DataObject) -> None:
    text = SourceText(raw, "0")
    if not text.squeezed:
        return
    start = data.draw(st.integers(0, len(text.squeezed) - 1))
    length = data.draw(st.integers(1, len(text.squeezed) - start))
    span = text.span(start, length)
    part = squeeze(text.slice(span))
    assert part == text.squeezed[start : start + length]
    assert span in locate_all(text, part)
