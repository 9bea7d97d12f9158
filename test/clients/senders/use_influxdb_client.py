"""What an application does with the package influxdb-client: URL"""
import json
import sys

from influxdb_client import InfluxDBClient, Point
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

client = InfluxDBClient(sys.argv[1], token="any", org="org", enable_gzip=True)
write = client.write_api(write_options=SYNCHRONOUS)
points = [
    Point("py2 jobs")
    .tag("host", f"h {i}")
    .field("done", i)
    .field("took", i / 7)
    .field("ok", i % 2 == 1)
    .field("text", 'a "b"\nc')
    for i in range(50)
]
write.write("py2", record=points)
try:
    write.write("py2", record="py2_good f=1\npy2_bad f=")
    refused = ""
except ApiException as error:
    refused = f"{error.status} {error.body}"
print(json.dumps([client.ping(), client.health().status, client.version(), refused]))
