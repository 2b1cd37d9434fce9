"""The audit: every relation of the report that can be recomputed is, and none is judged for who is right."""

from zhengtu.check.audit.facts import Facts
from zhengtu.check.audit.recorded import covers, in_doubt, recorded
from zhengtu.check.audit.rules import RULES
from zhengtu.check.audit.structure import structure
from zhengtu.errors import InputError, ReportInvalid
from zhengtu.model import Check, Reference, Report


def audit(report: Report, reference: Reference) -> tuple[Check, ...]:
    """Every check of the report: those of checks.csv, then those that the rules find beside them.

    Raises ReportInvalid when a row of checks.csv says that something holds which does not.
    """
    facts, problems = Facts(report, reference), list[InputError]()
    read = tuple(recorded(facts, problems))
    if problems:
        raise ReportInvalid(report.id, problems)
    found = (check for rule in (*RULES, structure) for check in rule(facts))
    new = (check for check in found if not any(covers(row, check) for row in report.comparisons))
    return (*read, *(in_doubt(check, report.comparisons) for check in new))
