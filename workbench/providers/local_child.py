"""The child process of the local model: `python -m workbench.providers.local_child WEIGHTS`. Imports nothing of the workbench.

Prints one line of JSON with its address, then serves until its stdin closes: that happens whenever its parent ends.
"""

import json
import os
import sys
import threading
from typing import Any


def main() -> None:
    """Serve the weights named on the command line."""
    # llama.cpp writes to stdout as it likes: the first line there must be ours alone.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server = _serve(sys.argv[1])
    except Exception as error:  # whatever it is, the parent is to hear it
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=out, flush=True)
        sys.exit(1)
    print(json.dumps({"url": f"{server.listening_address}/v1"}), file=out, flush=True)
    threading.Event().wait()


def _serve(weights: str) -> Any:
    import xllamacpp

    asked = xllamacpp.CommonParams()
    asked.model.path = weights
    asked.model_alias = {"smollm2"}
    # Two requests at once decode in one batch: 1.3 to 1.6 times the throughput of one after the other. The context is for both.
    asked.n_parallel = 2
    asked.n_ctx = 2 * 4096
    asked.cpuparams.n_threads = max(1, min(8, os.cpu_count() or 1))
    asked.hostnames = ["127.0.0.1"]
    asked.port = 0
    asked.ui = False
    asked.offline = True
    return xllamacpp.Server(asked)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
