# A small source of the protocol for images that hold little more than a shell.
case "$1" in
    spec) echo '{"type":"SPEC","spec":{"connectionSpecification":{"type":"object"}}}' ;;
    check) echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}' ;;
    discover) echo '{"type":"CATALOG","catalog":{"streams":[{"name":"numbers","supported_sync_modes":["full_refresh"],"json_schema":{"type":"object","properties":{"n":{"type":"integer"}}}}]}}' ;;
    read)
        for n in 1 2 3; do
            echo '{"type":"RECORD","record":{"stream":"numbers","emitted_at":1,"data":{"n":'$n'}}}'
        done
        ;;
esac
