"""A Singer tap that reads prices by day. TODO: replace it by the package of a real tap, in connector.yaml."""

import argparse
import json
import sys

SCHEMA = {
    "type": "object",
    "properties": {
        "day": {"type": "integer"},
        "symbol": {"type": "string"},
        "price": {"type": "number"},
        "updated_at": {"type": "string", "format": "date-time"},
    },
}


def say(message):
    print(json.dumps(message), flush=True)


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--config", "--catalog", "--state"):
        parser.add_argument(flag)
    parser.add_argument("--discover", action="store_true")
    args = parser.parse_args()
    config = json.load(open(args.config))
    if config.get("days", 0) < 1:
        print("CRITICAL days must be at least 1.", file=sys.stderr)
        sys.exit(1)
    if args.discover:
        say({"streams": [{"tap_stream_id": "prices", "stream": "prices", "schema": SCHEMA, "metadata": [
            {"breadcrumb": [], "metadata": {"table-key-properties": ["day"], "valid-replication-keys": ["day"]}}]}]})
        return
    state = json.load(open(args.state)) if args.state else {}
    incremental = any(
        entry["metadata"].get("replication-method") == "INCREMENTAL"
        for stream in json.load(open(args.catalog))["streams"] for entry in stream["metadata"] if not entry["breadcrumb"])
    day = state.get("bookmarks", {}).get("prices", {}).get("day", 0) if incremental else 0
    say({"type": "SCHEMA", "stream": "prices", "schema": SCHEMA, "key_properties": ["day"]})
    for day in range(day + 1, config["days"] + 1):
        say({"type": "RECORD", "stream": "prices", "record": {
            "day": day, "symbol": "MILL", "price": 100 + day / 4, "updated_at": f"2026-01-01T00:00:{day % 60:02d}Z"}})
    say({"type": "STATE", "value": {"bookmarks": {"prices": {"day": day}}}})


if __name__ == "__main__":
    main()
