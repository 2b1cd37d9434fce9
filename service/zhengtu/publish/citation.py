"""How the graph is cited: the facts of CITATION.cff, and a build in, one line out."""

from datetime import datetime

from zhengtu.model import Label
from zhengtu.namespaces import BASE

AUTHORS = ("Zhengtu team",)
TITLE = "Zhengtu 政图: the knowledge graph of what digital government in China says it achieved"
RIGHTS = Label(
    "事实数据以 CC BY 4.0 许可发布；引文的权利归报告编制单位所有，引用仅为核对。引用事实时请注明报告编制单位。",
    "The facts are published under CC BY 4.0. Quoted text belongs to the bodies that wrote the reports and is quoted "
    "so that every fact can be checked. For a fact, please name the body that reported it.",
)
DIGEST_CHARS = 16


def citation(version: str, written: datetime, digest: str) -> str:
    """Authors, year, title, version, graph and address; the year is the graph's."""
    graph = f"graph {digest[:DIGEST_CHARS]}"
    return f"{', '.join(AUTHORS)} ({written.year}). {TITLE}. Version {version}, {graph}. {BASE}"
