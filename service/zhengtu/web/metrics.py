"""What happens in the service in, counters and gauges in the Prometheus text format out; a registry per application.

Counters are kept here, by whoever sees it happen; gauges are read from the service when somebody asks for them.
"""

import logging
from collections.abc import Iterator
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from zhengtu import __version__
from zhengtu.store.pool import Observer
from zhengtu.web.service import Service

LOG = logging.getLogger(__name__)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60)


class Metrics(Observer):
    """The counters of one application; what happens to a worker is also written to the log."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "zhengtu_requests", "Requests answered, by place and outcome", ("place", "outcome"), registry=self.registry
        )
        self._count = cache(self._requests.labels)
        self._seconds = Histogram(
            "zhengtu_query_seconds", "Time that a query held a worker", buckets=SECONDS, registry=self.registry
        )
        self._replaced = Counter(
            "zhengtu_workers_replaced", "Workers that ended, by reason", ("reason",), registry=self.registry
        )

    def answered(self, place: str, outcome: str) -> None:
        """A request was answered: `place` is `sparql`, `page` or `none`, `outcome` a code of problems or a status."""
        self._count(place, outcome).inc()

    def ran(self, seconds: float) -> None:
        """A query held a worker for `seconds`."""
        self._seconds.observe(seconds)

    def replaced(self, reason: str, words: str) -> None:
        """A worker ended."""
        self._replaced.labels(reason).inc()
        LOG.info("worker replaced", extra={"fields": {"reason": reason, "words": words}})

    def unstarted(self, words: str) -> None:
        """A worker could not start."""
        LOG.error("worker not started", extra={"fields": {"words": words}})

    def write(self, accept: str) -> tuple[bytes, str]:
        """Everything measured now, and its media type: the Prometheus text format, or OpenMetrics where asked for."""
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type


class Gauges(Collector):
    """What the service holds at the moment."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """The families, each read once."""
        pool, kept = self._service.endpoint.pool, self._service.endpoint.cache
        workers = GaugeMetricFamily("zhengtu_workers", "Workers by what they do", labels=("state",))
        for state, count in pool.states().items():
            workers.add_metric((state,), count)
        yield workers
        yield GaugeMetricFamily("zhengtu_queue_length", "Queries that wait for a worker", pool.waiting)
        yield CounterMetricFamily("zhengtu_cache_hits", "Answers given again from the cache", kept.hits)
        yield CounterMetricFamily("zhengtu_cache_misses", "Answers that were not in the cache", kept.misses)
        yield GaugeMetricFamily("zhengtu_cache_bytes", "Bytes of answers in the cache", kept.size)
        manifest = self._service.build.manifest
        yield GaugeMetricFamily("zhengtu_quads", "Quads served", manifest["quads"])
        build = {"version": __version__, "digest": manifest["digest"]}
        yield InfoMetricFamily("zhengtu_build", "The build that is served", build)
