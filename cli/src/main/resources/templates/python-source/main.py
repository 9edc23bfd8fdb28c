"""@title@: a source without any kit. It reads prices by day, and goes on after the last day it has read."""

import json
import os
import sys
import time
import traceback

STREAM = "prices"

# TODO: the options that your users fill in. A secret has airbyte_secret.
SPEC = {
    "connectionSpecification": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "@title@",
        "type": "object",
        "required": ["days"],
        "additionalProperties": True,
        "properties": {
            "days": {"type": "integer", "title": "Days", "description": "How many days there are", "order": 0},
            "api_key": {"type": "string", "title": "API key", "description": "Sent with every request",
                        "airbyte_secret": True, "order": 1},
        },
    }
}

# TODO: your streams, with the columns that their records have.
CATALOG = {
    "streams": [
        {
            "name": STREAM,
            "json_schema": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "type": "object",
                "properties": {
                    "day": {"type": "integer"},
                    "symbol": {"type": "string"},
                    "price": {"type": "number"},
                    "updated_at": {"type": "string", "format": "date-time"},
                },
            },
            "supported_sync_modes": ["full_refresh", "incremental"],
            "source_defined_cursor": True,
            "default_cursor_field": ["day"],
            "source_defined_primary_key": [["day"]],
        }
    ]
}


class ConfigError(Exception):
    """Something that the user can change."""


def fetch(config, after):
    """Gives the records that are newer than the day `after`, oldest first."""
    # TODO: ask your API here, page by page.
    for day in range(after + 1, config["days"] + 1):
        yield {"day": day, "symbol": "MILL", "price": 100 + day / 4, "updated_at": f"2026-01-01T00:00:{day % 60:02d}Z"}


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")


def status(value):
    say({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": time.time() * 1000, "stream_status": {
        "stream_descriptor": {"name": STREAM}, "status": value}}})
    sys.stdout.flush()


def state(day, count):
    """Tells that everything up to `day` was given; a run that is given this goes on from there."""
    say({"type": "STATE", "state": {
        "type": "STREAM",
        "stream": {"stream_descriptor": {"name": STREAM}, "stream_state": {"day": day}},
        "sourceStats": {"recordCount": count}}})
    sys.stdout.flush()


def check(config):
    if not isinstance(config.get("days"), int) or config["days"] < 1:
        raise ConfigError("days must be at least 1.")
    # TODO: ask your API for something small, with the user's rights.


def read(config, catalog, states):
    check(config)
    for configured in catalog["streams"]:
        if configured["stream"]["name"] != STREAM:
            raise ConfigError(f"There is no stream {configured['stream']['name']}.")
    for configured in catalog["streams"]:
        after = 0
        if configured["sync_mode"] == "incremental":
            for kept in states or []:
                after = kept["stream"]["stream_state"].get("day", 0)
        status("STARTED")
        status("RUNNING")
        count = 0
        for record in fetch(config, after):
            say({"type": "RECORD", "record": {
                "stream": STREAM, "emitted_at": int(time.time() * 1000), "data": record}})
            after = record["day"]
            count += 1
            if count == 1000:
                state(after, count)
                count = 0
        state(after, count)
        status("COMPLETE")


def main(arguments):
    verb = arguments[0] if arguments else ""
    files = {arguments[i][2:]: json.load(open(arguments[i + 1])) for i in range(1, len(arguments) - 1, 2)}
    if verb == "spec":
        say({"type": "SPEC", "spec": SPEC})
    elif verb == "check":
        try:
            check(files["config"])
            say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})
        except ConfigError as error:
            say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "FAILED", "message": str(error)}})
    elif verb == "discover":
        say({"type": "CATALOG", "catalog": CATALOG})
    elif verb == "read":
        read(files["config"], files["catalog"], files.get("state"))
    else:
        raise ConfigError(f"The verbs are spec, check, discover and read, not \"{verb}\".")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:
        kind = "config_error" if isinstance(error, ConfigError) else "system_error"
        say({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": time.time() * 1000, "error": {
            "message": str(error) or repr(error), "internal_message": repr(error),
            "stack_trace": traceback.format_exc(), "failure_type": kind}}})
        sys.stdout.flush()
        os._exit(1)
