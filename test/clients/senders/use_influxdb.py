"""What an application does with the package influxdb: PORT"""
import json
import sys

from influxdb import InfluxDBClient
from influxdb.exceptions import InfluxDBClientError

client = InfluxDBClient("127.0.0.1", int(sys.argv[1]), "root", "root", "py1", gzip=True)
version = client.ping()
client.create_database("py1")
names = [one["name"] for one in client.get_list_database()]
policies = [one["name"] for one in client.get_list_retention_policies("py1")]
points = [
    {
        "measurement": "py1 jobs",
        "tags": {"host": f"h,{i}", "path": "C:\\dir"},
        "fields": {"done": i, "took": i / 7, "ok": i % 2 == 1, "text": 'a "b"\nc'},
    }
    for i in range(50)
]
client.write_points(points, time_precision="ms", batch_size=20)
try:
    client.write_points(["py1_good f=1", "py1_bad f="], protocol="line")
    refused = ""
except InfluxDBClientError as error:
    refused = f"{error.code} {error.content}"
print(json.dumps([version, names, policies, refused]))
