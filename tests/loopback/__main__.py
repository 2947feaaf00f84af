"""`python -m tests.loopback --port 0 --latency-ms 50`: prints its URL, serves until its stdin closes or it is ended."""

import argparse
import sys
import threading

from tests.loopback.server import Loopback


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--chunk-ms", type=float, default=0)
    parser.add_argument("--share", type=float, default=0, help="share of requests that fail, 0..1")
    parser.add_argument("--fault", action="append", default=[], help="a kind of tests/loopback/faults.py, such as rate_limit=0.2")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reply", help="what every answer says")
    asked = parser.parse_args()
    server = Loopback(latency_s=asked.latency_ms / 1000, chunk_s=asked.chunk_ms / 1000, reply=asked.reply, port=asked.port, record=False)
    if asked.fault:
        server.fail_share(asked.share or 1.0, *asked.fault, seed=asked.seed)
    server.start()
    print(server.url, flush=True)
    if sys.stdin.isatty():
        threading.Event().wait()
    sys.stdin.read()  # ends with the process that started it, however that one ends


main()
