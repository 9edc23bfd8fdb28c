"""Plays a script as a program of the protocol; the script is the configuration."""
import json, os, sys

verb = sys.argv[1]
flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))


def file(flag):
    return json.load(open(flags[flag])) if flag in flags else None


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")


def status(stream, value):
    say({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1, "stream_status": {
        "stream_descriptor": {"name": stream}, "status": value}}})


if verb == "spec":
    say({"type": "SPEC", "spec": {"connectionSpecification": {"type": "object"}}})
    sys.exit()
script = file("--config")
if verb == "check":
    say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})
elif verb == "discover":
    say({"type": "CATALOG", "catalog": {"streams": [
        {"name": name, "json_schema": stream["schema"], "supported_sync_modes": ["full_refresh", "incremental"],
         "source_defined_cursor": True, "is_resumable": True}
        for name, stream in script["streams"].items()]}})
elif verb == "read":
    states = {entry["stream"]["stream_descriptor"]["name"]: entry["stream"].get("stream_state")
              for entry in file("--state") or [] if entry.get("type") == "STREAM"}

    def die_at(before, name):
        if script.get("crash") == {"before": before, "checkpoint": name}:
            sys.stdout.flush()
            os._exit(9)

    for configured in file("--catalog")["streams"]:
        name = configured["stream"]["name"]
        items = script["streams"][name]["items"]
        if states.get(name):
            items = items[items.index({"checkpoint": states[name]["at"]}) + 1:]
        status(name, "STARTED")
        count = 0
        for item in items:
            if "record" in item:
                say({"type": "RECORD", "record": {"stream": name, "data": item["record"], "emitted_at": 1000}})
                count += 1
                continue
            die_at(True, item["checkpoint"])
            say({"type": "STATE", "state": {"type": "STREAM", "stream": {
                "stream_descriptor": {"name": name}, "stream_state": {"at": item["checkpoint"]}},
                "sourceStats": {"recordCount": float(count)}}})
            count = 0
            die_at(False, item["checkpoint"])
        status(name, "COMPLETE")
sys.stdout.flush()
