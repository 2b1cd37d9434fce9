"""A run in, SARIF 2.1.0 out (OASIS, Static Analysis Results Interchange Format), by sarif-pydantic."""

from sarif_pydantic import (
    ArtifactLocation,
    Level,
    Location,
    LogicalLocation,
    Message,
    PhysicalLocation,
    Region,
    ReportingConfiguration,
    ReportingDescriptor,
    Result,
    Sarif,
    Tool,
    ToolDriver,
)
from sarif_pydantic import Run as SarifRun

from zhengtu import __version__
from zhengtu.model import Finding, Quotation, Rule, Run
from zhengtu.publish.validation.words import TITLES, finding_id, short, verdict

LEVELS = {"Violation": Level.ERROR, "Warning": Level.WARNING, "Info": Level.NOTE}
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NO_RULE = "terms-no-rule-looks-at"


def sarif(run: Run) -> bytes:
    """One result for each finding; `error` is a violation, `warning` a warning, `note` an info."""
    driver = ToolDriver(
        name="zhengtu",
        version=__version__,
        semantic_version=__version__,
        information_uri="https://w3id.org/zhengtu/",
        rules=[_rule(rule) for rule in run.rules],
    )
    made = SarifRun(
        tool=Tool(driver=driver),
        results=[_result(finding) for finding in run.findings],
        properties={
            "subject": run.subject, "title": TITLES[run.subject].zh, "verdict": verdict(run).zh, "data": run.data,
            "shapes": run.shapes, "engine": run.engine, "exitStatus": run.status,
        },
    )  # fmt: skip
    log = Sarif.model_validate({"$schema": SCHEMA, "version": "2.1.0", "runs": [made]})
    written: str = log.model_dump_json(by_alias=True, exclude_none=True, indent=1)
    return f"{written}\n".encode()


def _rule(rule: Rule) -> ReportingDescriptor:
    return ReportingDescriptor(
        id=rule.id,
        name=short(rule.id),
        short_description=Message(text=f"{rule.title.zh} / {rule.title.en}"),
        full_description=Message(text=f"{rule.about.zh or rule.title.zh} / {rule.about.en or rule.title.en}"),
        default_configuration=ReportingConfiguration(level=LEVELS[rule.severity]),
    )


def _result(finding: Finding) -> Result:
    named = LogicalLocation(
        name=finding.label.zh or short(finding.thing), fully_qualified_name=finding.thing, kind="resource"
    )
    places = [_physical(place) for place in finding.places] or [None]
    return Result(
        rule_id=finding.shape or NO_RULE,
        level=LEVELS[finding.severity],
        kind="fail",
        message=Message(text=f"{finding.message.zh} / {finding.message.en}"),
        locations=[Location(physical_location=place, logical_locations=[named]) for place in places],
        partial_fingerprints={"zhengtu/v1": finding_id(finding)},
        properties={"reason": finding.reason, "report": finding.report, "path": finding.path, "value": finding.value},
    )


def _physical(place: Quotation) -> PhysicalLocation:
    return PhysicalLocation(
        artifact_location=ArtifactLocation(uri=place.passage.partition("#")[0]),
        region=Region(char_offset=place.start, char_length=place.end - place.start),
    )
