"""Whatever the published description of the service allows to be sent is answered as described, and never by a 5xx."""

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from tests.web.served import served

from zhengtu.settings import Settings


def test_no_request_that_the_description_allows_ends_in_a_server_error(
    built_settings: Settings, tmp_path: Path
) -> None:
    with served(tmp_path, "--build-dir", str(built_settings.build_dir)) as running:
        described: Any = schemathesis.openapi.from_url(f"http://127.0.0.1:{running.port}/openapi.json")
        operations = [found.ok() for found in described.get_all_operations()]
        for operation in operations:
            send(operation)
    assert operations


def send(operation: Any) -> None:  # noqa: ANN401 (schemathesis's own)
    """Send a number of requests of one kind, and see each of them answered."""

    @given(case=operation.as_strategy())
    @settings(max_examples=25, deadline=10_000, derandomize=True, suppress_health_check=list(HealthCheck))
    def answered(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=[not_a_server_error, status_code_conformance, content_type_conformance])

    answered()
