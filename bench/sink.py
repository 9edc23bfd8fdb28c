"""A destination of the protocol that drops records and gives states back: as fast as a pipe can give."""
import sys

STATE = b'{"type":"STATE"'


def echo_states(lines, out):
    at = lines.find(STATE)
    while at >= 0:
        end = lines.index(b"\n", at)
        if at == 0 or lines[at - 1] == 10:
            out.write(lines[at:end + 1])
            out.flush()
        at = lines.find(STATE, end)


def main():
    verb = sys.argv[1]
    if verb == "spec":
        print('{"type":"SPEC","spec":{"connectionSpecification":{"type":"object","properties":{}},'
              '"supported_destination_sync_modes":["append","overwrite"]}}')
    elif verb == "check":
        print('{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}')
    elif verb == "write":
        rest = b""
        while block := sys.stdin.buffer.read1(1 << 20):
            data = rest + block
            end = data.rfind(b"\n") + 1
            echo_states(data[:end], sys.stdout.buffer)
            rest = data[end:]


main()
