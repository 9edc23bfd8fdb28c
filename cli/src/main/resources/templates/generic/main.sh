#!/bin/sh
# @title@: a source in nothing but a shell, to show what any language has to do. It reads prices by day, and goes on
# after the last day it has read. TODO: replace this file by a program of your language, and name it in connector.yaml.
set -eu

verb=${1:-}
config='' catalog='' state=''
while [ $# -gt 1 ]; do
    case "$1" in
        --config) config=$2 ;;
        --catalog) catalog=$2 ;;
        --state) state=$2 ;;
    esac
    shift
done

# The number that stands behind a key in a file. TODO: your language reads JSON better.
number() {
    tr -d '\n' <"$2" | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*\([0-9][0-9]*\).*/\1/p'
}

now() {
    echo "$(date +%s%N | cut -c1-13)"
}

fail() {
    printf '{"type":"TRACE","trace":{"type":"ERROR","emitted_at":%s,"error":{"message":"%s","failure_type":"config_error"}}}\n' "$(now)" "$1"
    exit 1
}

status() {
    printf '{"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":%s,"stream_status":{"stream_descriptor":{"name":"prices"},"status":"%s"}}}\n' "$(now)" "$1"
}

case "$verb" in
    spec)
        echo '{"type":"SPEC","spec":{"connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#","title":"@title@","type":"object","required":["days"],"additionalProperties":true,"properties":{"days":{"type":"integer","title":"Days","description":"How many days there are","order":0},"api_key":{"type":"string","title":"API key","description":"Sent with every request","airbyte_secret":true,"order":1}}}}}'
        ;;
    check)
        days=$(number days "$config")
        if [ "${days:-0}" -ge 1 ]; then
            echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}'
        else
            echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"FAILED","message":"days must be at least 1."}}'
        fi
        ;;
    discover)
        echo '{"type":"CATALOG","catalog":{"streams":[{"name":"prices","json_schema":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"day":{"type":"integer"},"symbol":{"type":"string"},"price":{"type":"number"},"updated_at":{"type":"string","format":"date-time"}}},"supported_sync_modes":["full_refresh","incremental"],"source_defined_cursor":true,"default_cursor_field":["day"],"source_defined_primary_key":[["day"]]}]}}'
        ;;
    read)
        grep -q '"prices"' "$catalog" || fail "There is no such stream."
        days=$(number days "$config")
        [ "${days:-0}" -ge 1 ] || fail "days must be at least 1."
        day=0
        if [ -n "$state" ] && grep -q '"sync_mode"[[:space:]]*:[[:space:]]*"incremental"' "$catalog"; then
            day=$(number day "$state")
        fi
        day=${day:-0}
        count=0
        status STARTED
        status RUNNING
        # TODO: ask your API here, page by page, and print a record for each of its answers.
        while [ "$day" -lt "$days" ]; do
            day=$((day + 1))
            count=$((count + 1))
            printf '{"type":"RECORD","record":{"stream":"prices","emitted_at":%s,"data":{"day":%d,"symbol":"MILL","price":%d.25,"updated_at":"2026-01-01T00:00:%02dZ"}}}\n' "$(now)" "$day" "$((100 + day))" "$((day % 60))"
        done
        printf '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"prices"},"stream_state":{"day":%d}},"sourceStats":{"recordCount":%d}}}\n' "$day" "$count"
        status COMPLETE
        ;;
    *)
        fail "The verbs are spec, check, discover and read."
        ;;
esac
