"""A source of the protocol that writes a prepared file: as fast as a pipe can take it."""
import os
import shutil
import sys

FIELDS = {"id": "integer", "name": "string", "email": "string", "amount": "number", "active": "boolean", "tags": "array",
          "address": "object", "note": "string"}


def main():
    path, verb = sys.argv[1], sys.argv[2]
    out = sys.stdout
    if verb == "spec":
        out.write('{"type":"SPEC","spec":{"connectionSpecification":{"type":"object","properties":{}}}}\n')
    elif verb == "check":
        out.write('{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}\n')
    elif verb == "discover":
        properties = ",".join('"%s":{"type":["null","%s"]}' % field for field in FIELDS.items())
        out.write('{"type":"CATALOG","catalog":{"streams":[{"name":"users","supported_sync_modes":["full_refresh","incremental"],'
                  '"source_defined_cursor":true,"json_schema":{"type":"object","properties":{%s,'
                  '"created_at":{"type":["null","string"],"format":"date-time"}}}}]}}\n' % properties)
    elif verb == "read":
        out.write('{"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":1,"stream_status":{"stream_descriptor":{"name":"users"},"status":"STARTED"}}}\n')
        out.flush()
        with open(path, "rb") as lines:
            shutil.copyfileobj(lines, os.fdopen(1, "wb", closefd=False), 1 << 20)


main()
