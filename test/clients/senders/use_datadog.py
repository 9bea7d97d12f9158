"""What an application does with the package datadog: PORT"""
import sys

from datadog import DogStatsd

client = DogStatsd(
    host="127.0.0.1",
    port=int(sys.argv[1]),
    namespace="dd",
    constant_tags=["env:test"],
    disable_buffering=False,
    telemetry_min_flush_interval=0,
)
for _ in range(200):
    client.increment("orders", 2, tags=["region:eu-west:1", "flagged"])
client.decrement("stock", 4)
client.gauge("depth", 12.5, tags=["queue:a b"])
client.histogram("size", 3)
client.distribution("spread", 7)
client.timing("request", 320)
client.set("users", "ann")
client.set("users", "bob")
client.event("deployed", "version 7 | all nodes", alert_type="success")
client.service_check("database", DogStatsd.WARNING, message="slow")
client.flush()
client.stop()
