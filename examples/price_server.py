#!/usr/bin/env python3
"""A small API of prices, for the tutorials: it runs on this machine, with nothing but Python's standard library.

  python3 examples/price_server.py start [--port 8808] [--flaky]     serves in the background, and says where
  python3 examples/price_server.py serve [--port 8808] [--flaky]     serves until it is interrupted
  python3 examples/price_server.py stop  [--port 8808]

GET  /v1/symbols                                  {"symbols": [{"symbol", "name", "currency"}]}
GET  /v1/prices?symbol=S&after=ID&since=T&limit=N {"prices": [{"id", "symbol", "price", "at"}], "next": ID or null}, oldest first
GET  /v1/trades?from=T&until=T&page=URL           {"trades": [{"id", "symbol", "shares", "price", "at"}], "next_page": URL or null}
GET  /v1/symbols/S/news?page=N&per_page=N         [{"id", "headline", "published_at"}], newest first
POST /v1/token                                    an access token for client_id=tutorial, client_secret=hush (OAuth 2.0)
POST /v1/tick?count=N                             time goes on: N new prices of each symbol, with trades and news

Requests carry "Authorization: Bearer KEY", where KEY is "tutorial" or an access token. Whoever asks more than 50 times in a
second gets 429 and Retry-After. With --flaky every seventh answer is a 503. All data is made up, and the same each time.
"""
import argparse
import collections
import datetime
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

SYMBOLS = [
    {"symbol": "MILL", "name": "Millrace Works", "currency": "EUR"},
    {"symbol": "RACE", "name": "Race & Sons", "currency": "USD"},
]
TICKS_AT_START = 60
REQUESTS_A_SECOND = 50
TOKEN_SECONDS = 60
START = datetime.datetime(2026, 1, 1, 9, tzinfo=datetime.timezone.utc)


def instant(tick):
    return (START + datetime.timedelta(minutes=tick)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Market:
    """What there is. Everything follows from the number of ticks."""

    def __init__(self):
        self.lock = threading.Lock()
        self.ticks = TICKS_AT_START
        self.requests = 0
        self.recent = collections.deque()
        self.tokens = {}

    def prices(self):
        for tick in range(self.ticks):
            for place, symbol in enumerate(SYMBOLS):
                number = tick * len(SYMBOLS) + place + 1
                yield {"id": number, "symbol": symbol["symbol"], "price": 100 + number * 37 % 200 / 20, "at": instant(tick)}

    def trades(self):
        for price in self.prices():
            yield {"id": "t%d" % price["id"], "symbol": price["symbol"], "shares": 10 + price["id"] % 7 * 5, "price": price["price"],
                   "at": price["at"]}

    def news(self, symbol):
        return [{"id": number + 1, "headline": "%s, hour %d" % (symbol, number), "published_at": instant(number * 60)}
                for number in reversed(range(1 + self.ticks // 60))]


class Refused(Exception):
    def __init__(self, status, message, headers=None):
        super().__init__(message)
        self.status, self.headers = status, headers or {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass  # standard error belongs to whoever started the server

    def do_GET(self):
        self.handle_request("GET")

    def do_POST(self):
        self.handle_request("POST")

    def handle_request(self, method):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        market = self.server.market
        try:
            with market.lock:
                self.reply(200, self.answer(market, method, address.path.rstrip("/"), query, body))
        except Refused as refused:
            self.reply(refused.status, {"error": str(refused)}, refused.headers)
        except ValueError as error:
            self.reply(400, {"error": str(error)})

    def reply(self, status, value, headers=None):
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        for name, content in (headers or {}).items():
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(text)

    def answer(self, market, method, path, query, body):
        if (method, path) == ("POST", "/v1/stop"):
            threading.Thread(target=self.server.shutdown).start()
            return {"stopped": True}
        if (method, path) == ("POST", "/v1/tick"):
            market.ticks += int(query.get("count", 1))
            return {"ticks": market.ticks}
        if (method, path) == ("POST", "/v1/token"):
            return self.token(market, dict(urllib.parse.parse_qsl(body)))
        self.authorize(market)
        self.limit(market)
        if method != "GET":
            raise Refused(405, "only GET is allowed here")
        if path == "/v1/symbols":
            return {"symbols": SYMBOLS}
        if path == "/v1/prices":
            return self.prices(market, query)
        if path == "/v1/trades":
            return self.trades(market, query)
        parts = path.split("/")
        if len(parts) == 5 and parts[2] == "symbols" and parts[4] == "news":
            page, size = int(query.get("page", 1)), min(int(query.get("per_page", 10)), 100)
            return market.news(self.known(parts[3]))[(page - 1) * size:page * size]
        raise Refused(404, "there is no %s" % path)

    def known(self, symbol):
        if symbol not in [each["symbol"] for each in SYMBOLS]:
            raise Refused(404, "there is no symbol %s" % symbol)
        return symbol

    def prices(self, market, query):
        symbol = self.known(query["symbol"]) if "symbol" in query else None
        after, limit = int(query.get("after", 0)), min(int(query.get("limit", 25)), 100)
        since = query.get("since", "")
        newer = [price for price in market.prices()
                 if price["id"] > after and price["at"] >= since and symbol in (None, price["symbol"])]
        page = newer[:limit]
        return {"prices": page, "next": page[-1]["id"] if len(newer) > limit else None}

    def trades(self, market, query):
        since, until, offset = query.get("from", ""), query.get("until", "9"), int(query.get("offset", 0))
        found = [trade for trade in market.trades() if since <= trade["at"] < until]
        more = dict(query, offset=offset + 50)
        following = "/v1/trades?" + urllib.parse.urlencode(more) if len(found) > offset + 50 else None
        return {"trades": found[offset:offset + 50], "next_page": following}

    def token(self, market, form):
        if (form.get("client_id"), form.get("client_secret")) != ("tutorial", "hush"):
            raise Refused(401, "invalid_client")
        if form.get("grant_type") not in ("client_credentials", "refresh_token"):
            raise Refused(400, "unsupported_grant_type")
        value = "token-%d" % (len(market.tokens) + 1)
        market.tokens[value] = time.monotonic() + TOKEN_SECONDS
        return {"access_token": value, "token_type": "bearer", "expires_in": TOKEN_SECONDS}

    def authorize(self, market):
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if key != "tutorial" and market.tokens.get(key, 0) < time.monotonic():
            raise Refused(401, "this key is not known")

    def limit(self, market):
        now = time.monotonic()
        while market.recent and market.recent[0] <= now - 1:
            market.recent.popleft()
        if len(market.recent) >= REQUESTS_A_SECOND:
            raise Refused(429, "more than %d requests in a second" % REQUESTS_A_SECOND, {"Retry-After": "1"})
        market.recent.append(now)
        market.requests += 1
        if self.server.flaky and market.requests % 7 == 0:
            raise Refused(503, "try again", {"Retry-After": "0.1"})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, flaky):
        super().__init__(("127.0.0.1", port), Handler)
        self.market, self.flaky = Market(), flaky


def post(port, path):
    urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, path), data=b"", timeout=5).close()


def start(port, flaky):
    command = [sys.executable, __file__, "serve", "--port", str(port)] + (["--flaky"] if flaky else [])
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              start_new_session=True)
    told = server.stderr.readline().strip()  # its first line says that it listens, or why it doesn't
    if not told.startswith("The price server listens"):
        sys.exit("The price server does not start: %s" % (told + " " + server.stderr.read().strip()).strip())
    print(told)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["start", "serve", "stop"])
    parser.add_argument("--port", type=int, default=8808)
    parser.add_argument("--flaky", action="store_true")
    options = parser.parse_args()
    if options.verb == "start":
        start(options.port, options.flaky)
    elif options.verb == "stop":
        try:
            post(options.port, "/v1/stop")
        except urllib.error.URLError as error:
            sys.exit("There is no price server at port %d: %s" % (options.port, error.reason))
        except ConnectionError:
            pass  # it ended before it had answered
    else:
        try:
            server = Server(options.port, options.flaky)
        except OSError as error:
            sys.exit("port %d: %s. Is one running already? \"stop\" ends it; --port takes another." % (options.port, error.strerror))
        print("The price server listens on http://127.0.0.1:%d" % options.port, file=sys.stderr, flush=True)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
