"""A program that keeps a service under load and every receipt: ``python load.py KEY ADDRESS,ADDRESS``.

It uses whatever version of the tests is on its path, so an older version's own clients can be let loose
on a newer service. Each line it reads names a number of further receipts to wait for; at the end of its input
it compares the log at the last address with the receipts, and prints what is wrong and which answers came.
"""

import json
import os
import sys
from collections import Counter

import httpx

from bench.witness import Crowd, Witness

WITNESSES = 3


def main(key: str, addresses: str) -> None:
    """Found a ward for each witness at the first address and begin."""
    statuses: Counter[int] = Counter()

    def count(response: httpx.Response) -> None:
        statuses[response.status_code] += 1

    witnesses = [Witness(addresses.split(","), bytes.fromhex(key)) for _ in range(WITNESSES)]
    for witness in witnesses:
        witness.client.event_hooks["response"] = [count]
    with Crowd(witnesses) as crowd:
        for line in sys.stdin:
            try:
                crowd.wait_for(crowd.receipts() + int(line), 40)
            except TimeoutError:
                # The witnesses would try for ever; whoever waits for the next line sees the end.
                os._exit(1)
            sys.stdout.write(f"{crowd.receipts()}\n")
            sys.stdout.flush()
    wrong = []
    for witness in witnesses:
        witness.caller.url = witness.addresses[-1]
        wrong.extend(witness.check())
        witness.close()
    json.dump({"wrong": wrong, "statuses": statuses, "receipts": crowd.receipts()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
