"""An application that shows its metrics with prometheus_client: prints its port, runs until it is killed."""
import time

from prometheus_client import Counter, Enum, Gauge, Histogram, Info, Summary, start_http_server

orders = Counter("pyapp_orders", "Orders.", ["region"])
orders.labels(region='a "b"\\\n').inc(7)
Gauge("pyapp_depth", "Depth.").set(-3.5)
times = Histogram("pyapp_seconds", "Times.", buckets=(0.1, 1))
times.observe(0.05, exemplar={"trace_id": "abc123"})
Summary("pyapp_bytes", "Sizes.").observe(10)
Info("pyapp", "What it is.").info({"version": "7"})
Enum("pyapp_state", "State.", states=["up", "down"]).state("up")

server, _ = start_http_server(0, "127.0.0.1")
print(server.server_port, flush=True)
while True:
    time.sleep(60)
