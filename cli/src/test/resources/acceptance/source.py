"""A source that does everything right, until break.py, which lies beside it, changes it."""
import copy
import json
import os
import sys
import time

OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
verb = sys.argv[1]
flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))


def file(flag):
    return json.load(open(flags["--" + flag])) if "--" + flag in flags else None


def say(message):
    OUT.write(json.dumps(message) + "\n")
    OUT.flush()


SPEC = {
    "connectionSpecification": {
        "type": "object", "title": "Prices", "required": ["upto"], "additionalProperties": True,
        "properties": {
            "upto": {"type": "integer", "order": 0, "minimum": 0, "default": 4},
            "api_token": {"type": "string", "airbyte_secret": True, "order": 1},
            "start": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "order": 2},
            "speed": {"type": "string", "enum": ["slow", "fast"], "default": "fast", "order": 3},
            "auth": {"type": "object", "order": 4, "display_type": "radio", "oneOf": [
                {"type": "object", "title": "OAuth", "required": ["method"],
                 "properties": {"method": {"type": "string", "const": "oauth"},
                                "refresh_token": {"type": "string", "airbyte_secret": True}}},
                {"type": "object", "title": "None", "properties": {"method": {"type": "string", "const": "none"}}}]},
            "tags": {"type": "array", "items": {"type": "string"}, "order": 5}}},
    "advanced_auth": {
        "auth_flow_type": "oauth2.0", "predicate_key": ["auth", "method"], "predicate_value": "oauth",
        "oauth_config_specification": {"complete_oauth_output_specification": {
            "type": "object", "properties": {
                "refresh_token": {"type": "string", "path_in_connector_config": ["auth", "refresh_token"]}}}}}}

COLUMNS = {"day": {"type": "integer"}, "price": {"type": ["null", "number"]},
           "at": {"type": "string", "format": "date-time", "airbyte_type": "timestamp_with_timezone"},
           "venue": {"type": "object", "properties": {"city": {"type": "string"}}}}


def stream(name):
    return {"name": name, "json_schema": {
                "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": copy.deepcopy(COLUMNS)},
            "supported_sync_modes": ["full_refresh", "incremental"], "source_defined_cursor": True,
            "default_cursor_field": ["day"], "source_defined_primary_key": [["day"]]}


CATALOG = {"streams": [stream("prices"), stream("quotes")]}


def check(config):
    if config.get("api_token") == "raise":
        fail("the token raises")
    status = {"status": "SUCCEEDED"} if config.get("api_token") != "wrong" else {"status": "FAILED", "message": "no"}
    say({"type": "CONNECTION_STATUS", "connectionStatus": status})


def status(name, value):
    say({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1, "stream_status": {
        "stream_descriptor": {"name": name}, "status": value}}})


def record(name, data):
    say({"type": "RECORD", "record": {"stream": name, "emitted_at": int(time.time() * 1000), "data": data}})


def state(name, value, count):
    say({"type": "STATE", "state": {"type": "STREAM", "stream": {
        "stream_descriptor": {"name": name}, "stream_state": value}, "sourceStats": {"recordCount": float(count)}}})


def error(message):
    say({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1, "error": {
        "message": message, "failure_type": "config_error"}}})


def fail(message):
    error(message)
    sys.exit(1)


def row(day):
    return {"day": day, "price": 10 + day / 4, "at": "2026-01-01T00:00:00Z", "venue": {"city": "Ulm"}}


def read_stream(name, start, config):
    status(name, "STARTED")
    status(name, "RUNNING")
    day = start
    since = 0
    for day in range(start + 1, config["upto"] + 1):
        record(name, row(day))
        since += 1
        if day % 2 == 0:
            state(name, {"day": day}, since)
            since = 0
    state(name, {"day": day}, since)
    status(name, "COMPLETE")


def read(config, catalog, states):
    names = [configured["stream"]["name"] for configured in catalog["streams"]]
    for name in names:
        if name not in ("prices", "quotes"):
            fail("there is no stream " + name)
    for configured in catalog["streams"]:
        name = configured["stream"]["name"]
        start = 0
        if configured["sync_mode"] == "incremental":
            for given in states or []:
                if given["stream"]["stream_descriptor"]["name"] == name:
                    start = given["stream"]["stream_state"]["day"]
        read_stream(name, start, config)


def main():
    if verb == "spec":
        say({"type": "SPEC", "spec": SPEC})
    elif verb == "check":
        check(file("config"))
    elif verb == "discover":
        say({"type": "CATALOG", "catalog": CATALOG})
    elif verb == "read":
        read(file("config"), file("catalog"), file("state"))


here = os.path.dirname(os.path.abspath(__file__))
if os.path.exists(os.path.join(here, "break.py")):
    exec(open(os.path.join(here, "break.py")).read())
main()
