"""A destination that does everything right, until break.py, which lies beside it, changes it."""
import json
import os
import sys
import urllib.parse

verb = sys.argv[1]
flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
here = os.path.dirname(os.path.abspath(__file__))


def file(flag):
    return json.load(open(flags["--" + flag])) if "--" + flag in flags else None


def say(message):
    print(json.dumps(message), flush=True)


def fail(message):
    say({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1, "error": {"message": message}}})
    sys.exit(1)


SPEC = {"connectionSpecification": {"type": "object", "properties": {
            "folder": {"type": "string"}, "password": {"type": "string", "airbyte_secret": True}}},
        "supported_destination_sync_modes": ["append", "overwrite", "append_dedup"]}


def path(config, namespace, name):
    return os.path.join(here, config["folder"], urllib.parse.quote((namespace or "") + "/" + name, safe="") + ".jsonl")


def load(target):
    return [json.loads(line) for line in open(target)] if os.path.exists(target) else []


def store(target, rows):
    with open(target + ".new", "w") as out:
        for row in rows:
            out.write(json.dumps(row) + "\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(target + ".new", target)


class Stream:
    def __init__(self, config, configured):
        described = configured["stream"]
        self.path = path(config, described.get("namespace"), described["name"])
        self.key = [part[0] for part in configured.get("primary_key") or []]
        self.dedup = configured["destination_sync_mode"] == "append_dedup"
        self.replace = configured["minimum_generation_id"] == configured["generation_id"] != 0
        self.rows = [] if self.replace else load(self.path)
        if not os.path.exists(self.path):
            store(self.path, [])

    def add(self, data):
        if self.dedup:
            self.rows = [row for row in self.rows if any(row[part] != data[part] for part in self.key)]
        self.rows.append(data)

    def commit(self):
        if not self.replace:
            store(self.path, self.rows)

    def complete(self):
        store(self.path, self.rows)


def check(config):
    ok = config.get("password") != "wrong"
    say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED" if ok else "FAILED"}})


def acknowledge(message):
    say(message)


def write(config, catalog):
    if not isinstance(catalog, dict):
        fail("the catalog is none")
    os.makedirs(os.path.join(here, config["folder"]), exist_ok=True)
    streams = {}
    for configured in catalog["streams"]:
        described = configured["stream"]
        streams[described.get("namespace"), described["name"]] = Stream(config, configured)
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["type"] == "RECORD":
            record = message["record"]
            streams[record.get("namespace"), record["stream"]].add(record["data"])
        elif message["type"] == "STATE":
            descriptor = message["state"]["stream"]["stream_descriptor"]
            streams[descriptor.get("namespace"), descriptor["name"]].commit()
            acknowledge(message)
        elif message["type"] == "TRACE" and message["trace"].get("stream_status", {}).get("status") == "COMPLETE":
            descriptor = message["trace"]["stream_status"]["stream_descriptor"]
            streams[descriptor.get("namespace"), descriptor["name"]].complete()


def main():
    if verb == "spec":
        say({"type": "SPEC", "spec": SPEC})
    elif verb == "check":
        check(file("config"))
    elif verb == "retrieve":
        for row in load(path(file("config"), flags.get("--namespace"), flags["--stream"])):
            print(json.dumps({"data": row}))
    elif verb == "write":
        write(file("config"), file("catalog"))


if os.path.exists(os.path.join(here, "break.py")):
    exec(open(os.path.join(here, "break.py")).read())
main()
