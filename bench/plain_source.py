"""A source of the protocol as people write one in Python: it makes its records and prints each as JSON."""
import json
import sys

FIELDS = {"id": "integer", "name": "string", "email": "string", "amount": "number", "active": "boolean", "note": "string"}
STATE = {"type": "STATE", "state": {"type": "STREAM", "stream": {"stream_descriptor": {"name": "users"}, "stream_state": {}}}}


def say(message):
    sys.stdout.write(json.dumps(message))
    sys.stdout.write("\n")


def status(value):
    say({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1,
                                    "stream_status": {"stream_descriptor": {"name": "users"}, "status": value}}})


def read(count):
    status("STARTED")
    for i in range(count):
        say({"type": "RECORD", "record": {"stream": "users", "emitted_at": 1700000000000, "data": {
            "id": i, "name": "name %d" % i, "email": "user%d@example.com" % i, "amount": i / 8, "active": i % 2 == 0,
            "note": "a note of some length about number %d" % i}}})
        if i % 100_000 == 99_999:
            say(STATE)
    say(STATE)
    status("COMPLETE")


verb, flags = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
if verb == "spec":
    say({"type": "SPEC", "spec": {"connectionSpecification": {"type": "object", "properties": {"count": {"type": "integer"}}}}})
elif verb == "check":
    say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})
elif verb == "discover":
    say({"type": "CATALOG", "catalog": {"streams": [{
        "name": "users", "supported_sync_modes": ["full_refresh"],
        "json_schema": {"type": "object", "properties": {name: {"type": kind} for name, kind in FIELDS.items()}}}]}})
elif verb == "read":
    with open(flags["--config"]) as config:
        read(json.load(config)["count"])
