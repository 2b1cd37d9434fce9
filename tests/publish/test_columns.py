"""What columns are called."""

from pathlib import Path

import pytest

from zhengtu import rooms
from zhengtu.errors import TableBroken
from zhengtu.model import Label
from zhengtu.publish.columns import FILE, headers, label, read_columns
from zhengtu.publish.tables import TABLES


def test_every_column_of_every_table_is_listed() -> None:
    listed = read_columns(rooms.ontology() / FILE)
    assert not {column.name for table in TABLES.values() for column in table.columns} - listed.keys()


def test_a_label_is_called_after_what_it_labels_and_others_keep_their_name() -> None:
    assert label("indicator_label") == Label("指标（名称）", "Indicator (name)")
    assert label("nobody_knows") == Label("nobody_knows", "nobody_knows")
    assert label("_label") == Label("_label", "_label")
    assert headers(["unit", "x"], "zh") == ["计量单位", "x"]
    assert headers(["unit", "x"], None) == ["unit", "x"]


def test_two_columns_never_have_the_same_name() -> None:
    assert headers(["unit", "计量单位"], "zh") == ["计量单位 [unit]", "计量单位 [计量单位]"]


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n",
        "name,zh,en\nb,乙,B\na,甲,A\n",
        "name,zh,en\na,甲\n",
        "name,zh,en\na,,A\n",
        "name,zh,en\na,甲,A\na,甲,A\n",
    ],
)
def test_a_list_that_is_not_in_order_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(TableBroken):
        read_columns(tmp_path / FILE)
