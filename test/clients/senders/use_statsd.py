"""What an application does with the package statsd: udp|tcp PORT"""
import sys

import statsd

protocol, port = sys.argv[1], int(sys.argv[2])
if protocol == "tcp":
    client = statsd.TCPStatsClient("127.0.0.1", port, prefix="py")
else:
    client = statsd.StatsClient("127.0.0.1", port, prefix="py")

with client.pipeline() as pipe:
    for _ in range(100):
        pipe.incr("orders", 2)
    pipe.decr("stock", 4)
    pipe.timing("request", 320)
client.gauge("depth", 10)
client.gauge("depth", -3, delta=True)
client.set("users", "ann")
client.set("users", "bob")
with client.timer("block"):
    pass
if protocol == "tcp":
    client.close()
