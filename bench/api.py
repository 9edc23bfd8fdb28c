#!/usr/bin/env python3
"""The API of the benches of manifests: pages that were made beforehand, over connections that stay open.

  bench/api.py PORT

It answers faster than anybody reads: what a request costs it is one write of bytes that lie ready (`bench/run` measures that
too). Each connection has a process of its own, so that two of them don't share Python's one thread. `PORT` 0 takes a free one;
the port is the first line on standard output.

  /records?page=N          1,000 records of 12 fields, 400 bytes each; 500 pages by default (?pages=M), then an empty one
  /parents                 1,000 records that are only an id
  /children?parent=N       20 records of that parent
  /many?page=N             as /parents, 100 pages of 1,000
  /one?parent=N            one record of that parent
  /changed?since=T         what is new since T: nothing, where T isn't the beginning
"""
import json
import os
import socket
import sys
import urllib.parse

PAGE = 1000


def record(i):
    value = {"id": i, "name": "Customer number %d" % i, "email": "customer%d@example.com" % i, "active": i % 2 == 0,
             "balance": (i * 7919) % 1000000 / 100, "visits": i % 977,
             "created_at": "2024-01-%02dT%02d:00:00Z" % (1 + i % 28, i % 24), "updated_at": "2024-02-%02dT12:34:%02dZ" % (1 + i % 28, i % 60),
             "address": {"street": "Main street %d" % (i % 999), "city": "Springfield", "zip": None}, "tags": ["red", "blue"],
             "parent": None, "note": ""}
    value["note"] = "x" * (400 - len(json.dumps(value, separators=(",", ":"))))
    return value


def answer(value):
    body = json.dumps(value, separators=(",", ":")).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class Answers:
    def __init__(self):
        self.pages = {}
        self.empty = answer({"data": []})
        self.parents = answer({"data": [{"id": i} for i in range(1000)]})

    def page(self, number):
        # Past the first 500 they come again: a reader doesn't see the difference, and memory is finite.
        number %= 500
        if number not in self.pages:
            self.pages[number] = answer({"data": [record(number * PAGE + i) for i in range(PAGE)]})
        return self.pages[number]

    def find(self, target):
        path, _, query = target.partition("?")
        parameters = dict(urllib.parse.parse_qsl(query))
        number = int(parameters.get("page", 0))
        if path == "/records":
            return self.page(number) if number < int(parameters.get("pages", 500)) else self.empty
        if path == "/parents":
            return self.parents
        if path == "/children":
            parent = int(parameters["parent"])
            return answer({"data": [{"id": parent * 20 + i, "parent": parent, "name": "child %d" % i, "updated_at": "2024-02-01T00:00:00Z"}
                                    for i in range(20)]})
        if path == "/many":
            return answer({"data": [{"id": number * PAGE + i} for i in range(PAGE)]}) if number < 100 else self.empty
        if path == "/one":
            parent = int(parameters["parent"])
            return answer({"data": [{"id": parent, "parent": parent, "updated_at": "2024-02-%02dT12:00:00Z" % (1 + parent % 28)}]})
        if path == "/changed":
            new = parameters.get("since", "2024-01-01") < "2024-02-01"
            return answer({"data": [{"id": i, "updated_at": "2024-02-01T00:00:%02dZ" % (i % 60)} for i in range(PAGE)] if new else []})
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def serve(connection, answers):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in rest:
                more = connection.recv(65536)
                if not more:
                    return
                rest += more
            head, _, rest = rest.partition(b"\r\n\r\n")
            try:
                connection.sendall(answers.find(head.split(b" ", 2)[1].decode()))
            except (BrokenPipeError, ConnectionResetError):
                return


def main():
    answers = Answers()
    for number in range(500):
        answers.page(number)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(128)
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        # A fork has the pages already, and costs less than a thread that waits for the interpreter's lock.
        if os.fork() == 0:
            listener.close()
            try:
                serve(connection, answers)
            finally:
                os._exit(0)
        connection.close()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


if __name__ == "__main__":
    main()
