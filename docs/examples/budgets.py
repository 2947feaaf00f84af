"""The worked example of docs/budgets.md: 1,000 calls of one day over three models, with limits a model and a total of $10 a day.

Run it from the folder of the workbench: `.venv/bin/python docs/examples/budgets.py`. It writes into a store of its own, which is thrown
away, and prints the same every time.
"""

import logging
import random
import sys
import tempfile
from pathlib import Path

from workbench.clock import SystemClock, iso
from workbench.errors import BudgetReached
from workbench.ledger import budgets, spend, writer
from workbench.ledger.fields import CallRecord
from workbench.ledger.periods import DAY_MS
from workbench.store import Store, open_store

DAY = 1_767_571_200_000  # 2026-01-05, a Monday
RATES = {"large": (15_000, 75_000), "medium": (3_000, 15_000), "small": (800, 4_000)}  # nano-dollars a token, in and out
LIMITS_USD = {"large": 9, "medium": 3, "small": 1}


class Morning(SystemClock):
    """The clock of the example: it always is the first instant of the day."""

    def now_ms(self) -> int:
        """The first instant of the day."""
        return DAY


def generated(calls: int = 1_000, seed: int = 1) -> list[CallRecord]:
    """So many calls over the day, in equal thirds: 200 to 2,000 tokens in, 50 to 500 out, priced by RATES."""
    draw = random.Random(seed)  # noqa: S311 (an example, no secret)
    found = []
    for number in range(calls):
        model = tuple(RATES)[number % 3]
        tokens_in, tokens_out = draw.randint(200, 2_000), draw.randint(50, 500)
        rate_in, rate_out = RATES[model]
        found.append(
            CallRecord(
                started_ms=DAY + number * DAY_MS // calls,
                source="example",
                provider="example",
                model=model,
                input_tokens=tokens_in,
                output_tokens=tokens_out,
                cost_nano=tokens_in * rate_in + tokens_out * rate_out,
            )
        )
    return found


def main() -> None:
    """Print what happens in a store that is thrown away."""
    logging.disable(logging.WARNING)  # crossings are logged, too; here they are printed from the history
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'example.db'}")
        sys.stdout.write("\n".join(told(store)) + "\n")
        store.close()


def told(store: Store) -> list[str]:
    """What happens, line by line."""
    clock = Morning()
    for model, limit in LIMITS_USD.items():
        budgets.put(store, scope="model", key=f"example/{model}", period="day", limit_usd=limit, clock=clock)
    budgets.put(store, scope="total", period="day", limit_usd=10, stops=True, clock=clock)
    futures = [writer.of(store).append(record) for record in generated()]
    for future in futures:
        future.result()
    lines = ["What the day cost", f"{'model':<16}{'calls':>6}{'input tokens':>14}{'output tokens':>15}{'cost':>12}{'a call':>12}"]
    for one in spend.by_model(store, DAY, DAY + DAY_MS):
        lines.append(_row(one.full_model, one))
    lines.append(_row("total", spend.total(store, DAY, DAY + DAY_MS)))
    lines += ["", "What was crossed, in the order of the calls"]
    for event in sorted(budgets.events(store), key=lambda event: (event.call_id or 0, event.level)):
        level = "limit reached " if event.level == "limit" else "warning at 80 %"
        told = f"${event.spent_usd:.6f} of ${event.budget.limit_usd:.2f}"
        lines.append(f"call {event.call_id:>4}  {iso(event.at_ms)[11:19]}  {level:<15}  {event.budget.title:<22}  {told}")
    lines += ["", "Where the budgets stand at the end"]
    for standing in budgets.standings(store, DAY):
        budget = standing.budget
        stops = "stops calls" if budget.stops else "only warns"
        lines.append(f"{budget.title:<22}{standing.state:<6}${standing.spent_usd:.6f} of ${budget.limit_usd:.2f}  {stops}")
    return [*lines, "", "What the next call hears, before it is sent", *_refusal(store)]


def _row(name: str, sums: spend.Sums) -> str:
    tokens = f"{sums.input_tokens:>14,}{sums.output_tokens:>15,}"
    return f"{name:<16}{sums.calls:>6,}{tokens}{'$' + format(sums.cost_usd, '.6f'):>12}{'$' + format(sums.usd_per_call or 0, '.6f'):>12}"


def _refusal(store: Store) -> list[str]:
    try:
        budgets.check(store, "example", "small", None, DAY + DAY_MS - 1)
    except BudgetReached as error:
        return [error.message, error.hint]
    return ["Nothing: it is asked."]


if __name__ == "__main__":
    main()
