"""A batch job that pushes with prometheus_client, replaces, adds, and deletes what it is told to."""
import sys

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import delete_from_gateway, push_to_gateway, pushadd_to_gateway

url = sys.argv[1]
registry = CollectorRegistry()
Counter("pyjob_rows", "Rows.", ["table"], registry=registry).labels(table='a "b"\\\n').inc(7)
Gauge("pyjob_depth", "Depth.", registry=registry).set(-3.5)
Histogram("pyjob_seconds", "Times.", buckets=(0.1, 1), registry=registry).observe(0.05)
group = {"instance": "", "path": "/var/tmp"}
push_to_gateway(url, job="nightly/py", registry=registry, grouping_key=group)
more = CollectorRegistry()
Gauge("pyjob_more", "More.", registry=more).set(1)
pushadd_to_gateway(url, job="nightly/py", registry=more, grouping_key=group)
push_to_gateway(url, job="gone_py", registry=registry)
delete_from_gateway(url, job="gone_py")
print("pushed")
