"""A small API of prices, for tests without a network: /prices?since=DAY&page=N&size=N"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

PRICES = [{"day": f"2026-01-{day:02d}", "symbol": "MILL", "price": 100 + day / 4} for day in range(1, 6)]


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlparse(self.path).query).items()}
        known = self.headers.get("X-API-Key") == "not-a-real-key"
        size, page = int(query.get("size", 100)), int(query.get("page", 1))
        found = [price for price in PRICES if price["day"] >= query.get("since", "")]
        answer = {"prices": found[(page - 1) * size:page * size]} if known else {"error": "unknown key"}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except BrokenPipeError:
            pass  # the reader was stopped meanwhile

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 18431), Api).serve_forever()
