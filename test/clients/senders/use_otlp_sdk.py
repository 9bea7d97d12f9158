"""An application with OpenTelemetry's metrics SDK, which exports twice, by HTTP or gRPC, in one temporality."""

import sys
import time

from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    View,
)
from opentelemetry.sdk.resources import Resource

url, protocol, temporality = sys.argv[1:]
if protocol == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

is_delta = temporality == "delta"
preferred = AggregationTemporality.DELTA if is_delta else AggregationTemporality.CUMULATIVE
exporter = OTLPMetricExporter(
    endpoint=url,
    compression=Compression.Gzip if is_delta else Compression.NoCompression,
    preferred_temporality={Counter: preferred, Histogram: preferred},
)
reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
provider = MeterProvider(
    metric_readers=[reader],
    resource=Resource.create(
        {
            "service.name": f"python-{protocol}-{temporality}",
            "service.instance.id": "one",
            "host.name": "lab",
        }
    ),
    views=[
        View(
            instrument_name="app.duration",
            aggregation=ExplicitBucketHistogramAggregation([0.1, 1, 10]),
        ),
        View(instrument_name="app.payload", aggregation=ExponentialBucketHistogramAggregation()),
    ],
)
meter = provider.get_meter("app", "1.0")
requests = meter.create_counter("app.requests", unit="{request}")
opened = meter.create_up_down_counter("app.open", description="What is open.")
seconds = meter.create_histogram("app.duration", unit="s")
payload = meter.create_histogram("app.payload", unit="By")
meter.create_observable_gauge(
    "app.load", callbacks=[lambda _options: [Observation(0.75, {"core": 0})]], unit="1"
)
for turn in range(2):
    requests.add(5, {"http.method": "GET"})
    opened.add(7 if turn == 0 else -3)
    for value in [0.05, 0.5, 5, 50]:
        seconds.record(value)
    for value in [1, 2, 1000]:
        payload.record(value)
    if not reader.force_flush():
        sys.exit("not flushed")
    time.sleep(0.02)
print("sent")
