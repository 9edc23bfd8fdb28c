"""@title@: a destination without any kit. It keeps each stream as a file of JSON lines."""

import json
import os
import sys
import time
import traceback
import urllib.parse

# TODO: the options that your users fill in. A secret has airbyte_secret.
SPEC = {
    "connectionSpecification": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "@title@",
        "type": "object",
        "required": ["folder"],
        "additionalProperties": True,
        "properties": {
            "folder": {"type": "string", "title": "Folder", "description": "Where the files are kept", "order": 0},
            "password": {"type": "string", "title": "Password", "description": "For your service",
                         "airbyte_secret": True, "order": 1},
        },
    },
    "supported_destination_sync_modes": ["append", "overwrite", "append_dedup"],
}


class ConfigError(Exception):
    """Something that the user can change."""


class Table:
    """The rows of one stream. TODO: replace the file by your service."""

    def __init__(self, path):
        self.path = path

    def load(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def append(self, rows):
        """Returns when the rows are safe: what comes back as a state after this is a promise."""
        with open(self.path, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
            file.flush()
            os.fsync(file.fileno())

    def replace(self, rows):
        """In one step, so that readers see either the old rows or the new ones."""
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)


def table(config, namespace, name):
    file_name = urllib.parse.quote((namespace or "") + "/" + name, safe="") + ".jsonl"
    return Table(os.path.join(config["folder"], file_name))


class Stream:
    """One configured stream, while it is written."""

    def __init__(self, config, configured):
        described = configured["stream"]
        self.table = table(config, described.get("namespace"), described["name"])
        generation = configured.get("generation_id") or 0
        minimum = configured.get("minimum_generation_id") or 0
        mode = configured["destination_sync_mode"]
        # Rows of older generations go, once this one is complete. Old platforms say it by the mode alone.
        self.replaces = generation > 0 and minimum == generation or mode == "overwrite" and not generation
        self.key = [path[0] for path in configured.get("primary_key") or []] if mode == "append_dedup" else []
        self.waiting = []
        if not self.replaces:
            self.table.append([])

    def add(self, row):
        self.waiting.append(row)

    def commit(self):
        """Makes safe what came so far; a stream that replaces waits for its end."""
        if self.replaces:
            return
        if self.key:
            rows = {}
            for row in self.table.load() + self.waiting:
                rows[tuple(json.dumps(row.get(part)) for part in self.key)] = row
            self.table.replace(rows.values())
        else:
            self.table.append(self.waiting)
        self.waiting = []

    def complete(self):
        if self.replaces:
            self.table.replace(self.waiting)
            self.waiting = []
            self.replaces = False
        else:
            self.commit()


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def check(config):
    if not config.get("folder"):
        raise ConfigError("folder must name a folder.")
    # TODO: write something small to your service, and remove it again.
    os.makedirs(config["folder"], exist_ok=True)


def write(config, catalog):
    check(config)
    streams = {}
    for configured in catalog["streams"]:
        described = configured["stream"]
        streams[described.get("namespace"), described["name"]] = Stream(config, configured)

    def named(descriptor):
        return streams[descriptor.get("namespace"), descriptor["name"]]

    for line in sys.stdin.buffer:
        message = json.loads(line)
        kind = message.get("type")
        if kind == "RECORD":
            record = message["record"]
            named({"namespace": record.get("namespace"), "name": record["stream"]}).add(record["data"])
        elif kind == "STATE":
            # A state comes back when everything before it is safe, and not earlier.
            if "stream" in message["state"]:
                named(message["state"]["stream"]["stream_descriptor"]).commit()
            else:
                for stream in streams.values():
                    stream.commit()
            say(message)
        elif kind == "TRACE" and message["trace"].get("stream_status", {}).get("status") == "COMPLETE":
            named(message["trace"]["stream_status"]["stream_descriptor"]).complete()
        # Anything else is for others.


def main(arguments):
    verb = arguments[0] if arguments else ""
    flags = {arguments[i][2:]: arguments[i + 1] for i in range(1, len(arguments) - 1, 2)}
    files = {flag: json.load(open(flags[flag])) for flag in ("config", "catalog") if flag in flags}
    if verb == "spec":
        say({"type": "SPEC", "spec": SPEC})
    elif verb == "check":
        try:
            check(files["config"])
            say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})
        except (ConfigError, OSError) as error:
            say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "FAILED", "message": str(error)}})
    elif verb == "write":
        write(files["config"], files["catalog"])
    elif verb == "retrieve":
        # For tests: prints what has landed of a stream.
        for row in table(files["config"], flags.get("namespace"), flags["stream"]).load():
            say({"data": row})
    else:
        raise ConfigError(f"The verbs are spec, check and write, not \"{verb}\".")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:
        kind = "config_error" if isinstance(error, ConfigError) else "system_error"
        say({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": time.time() * 1000, "error": {
            "message": str(error) or repr(error), "internal_message": repr(error),
            "stack_trace": traceback.format_exc(), "failure_type": kind}}})
        os._exit(1)
