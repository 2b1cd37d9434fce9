"""The tools, one file each; `TOOLS` lists them."""

from zhengtu.mcp.tools.ask_question import ASK_QUESTION
from zhengtu.mcp.tools.describe import DESCRIBE
from zhengtu.mcp.tools.describe_model import DESCRIBE_MODEL
from zhengtu.mcp.tools.evidence import EVIDENCE
from zhengtu.mcp.tools.list_questions import LIST_QUESTIONS
from zhengtu.mcp.tools.search import SEARCH
from zhengtu.mcp.tools.sparql import SPARQL

TOOLS = (SEARCH, DESCRIBE, EVIDENCE, LIST_QUESTIONS, ASK_QUESTION, DESCRIBE_MODEL, SPARQL)
