"""Synthetic texts in, what an index of them costs and how fast it answers, against reading every text, out."""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.endpoint import say

from zhengtu.model import Label
from zhengtu.store import search
from zhengtu.store.search import Index, Kind, Role, Text, Thing

TEXTS = 500_000
ROUNDS, SCANS = 200, 3
COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严惠州云"  # noqa: E501
KINDS = [Kind(f"zt:Kind{number}", Label(f"类别{number}", f"kind {number}")) for number in range(12)]
ROLES: tuple[tuple[Role, int], ...] = (("name", 20), ("alias", 10), ("indicator", 5), ("text", 25), ("quote", 40))


def measure() -> None:
    """Index in a process of its own, whose memory is that of the indexing alone; then ask."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / search.FILE
        command = [sys.executable, "-m", "tests.bench.search", str(path)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")  # noqa: S603
        texts = [text.shown for text in synthetic()]
        size = path.stat().st_size
        say("search, size of the index", f"{size / 2**20:.0f} MiB, {_per_text(size, texts):.1f} x the texts")
        for name, questions in asked(texts).items():
            _ask(Index(path), name, questions, texts)


def _per_text(size: int, texts: list[str]) -> float:
    return size / sum(len(text.encode()) for text in texts)


def index(path: Path) -> None:
    """Index all texts, and say how long it took."""
    texts = list(synthetic())
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    search.write(path, texts, "")
    seconds, peak = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say(f"search, index of {TEXTS} texts", f"{seconds:.1f} s, {seconds / TEXTS * 1e6:.0f} µs a text")
    say("search, memory for it", f"{(peak - before) / 2**20:.2f} GiB beside the texts")


def synthetic() -> Iterator[Text]:
    """Texts of 4 to 80 characters, some common and some rare as in print, the same at every run."""
    source = random.Random(20240101)  # noqa: S311
    weights = [1 / (rank + 20) for rank in range(len(COMMON))]
    roles, shares = zip(*ROLES, strict=True)
    for number in range(TEXTS):
        shown = "".join(source.choices(COMMON, weights, k=source.randint(4, 80))) + str(source.randint(0, 99_999))
        thing = Thing(f"https://example.org/{number}", Label(shown[:40], shown[:40]), source.choice(KINDS))
        yield Text(thing, source.choices(roles, shares)[0], shown)


def asked(texts: list[str]) -> dict[str, list[str]]:
    """Questions of each sort, most of them parts of a text."""
    source = random.Random(1)  # noqa: S311

    def part(length: int) -> str:
        text = source.choice([text for text in source.sample(texts, 50) if len(text) > length + 5])
        at = source.randrange(len(text) - length - 5)
        return text[at : at + length]

    return {
        "one character": [part(1) for _ in range(ROUNDS)],
        "two characters": [part(2) for _ in range(ROUNDS)],
        "the two commonest": [COMMON[:2]] * ROUNDS,
        "phrase of eight": [part(8) for _ in range(ROUNDS)],
        "three words": [" ".join((part(2), part(2), part(2))) for _ in range(ROUNDS)],
        "nothing to find": ["龘靐齉" for _ in range(ROUNDS)],
    }


def _ask(index_: Index, name: str, questions: list[str], texts: list[str]) -> None:
    taken = sorted(_seconds(index_, question) for question in questions)
    scan = median(_scan(texts, question) for question in questions[:SCANS])
    say(
        f"search, {name}",
        f"{median(taken) * 1e3:.2f} ms, p99 {taken[int(len(taken) * 0.99)] * 1e3:.1f} ms, "
        f"{median(taken) / scan:.4f} x a scan of all texts",
    )


def _seconds(index_: Index, question: str) -> float:
    begun = time.perf_counter()
    index_.find(question)
    return time.perf_counter() - begun


def _scan(texts: list[str], question: str) -> float:
    begun = time.perf_counter()
    words = question.split()
    sum(all(word in text for word in words) for text in texts)
    return time.perf_counter() - begun


if __name__ == "__main__":
    index(Path(sys.argv[1]))
