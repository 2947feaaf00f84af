"""What a store may hold when a page is opened: nothing, an ordinary week, or whatever a hostile file or model would put there."""

from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.prompts import drafts, labels, registry
from workbench.prompts.content import Content
from workbench.runner import plan, worker
from workbench.runner.spec import RunSpec, variants_from
from workbench.store import Store
from workbench.text.messages import message

IMAGE = "![look](http://leak.example/pixel.png)"
HOSTILE = (
    IMAGE,
    "<script>alert(1)</script><img src=http://leak.example/i.png onerror=alert(1)>",
    '=HYPERLINK("http://leak.example","press")',
    ":red[danger] :material/delete: :smile: $\\frac{a}{b}$ **bold** `code` [link](http://leak.example)",
    "\u202egnp.exe مرحبا שלום 👩‍👩‍👧‍👦 \x07\x1b[31m",
    "# heading\n- list\n> quote\n| a | b |\n|---|---|\n",
    "x" * 10_000,
)


def fill(store: Store, *, cases: int = 6) -> str:
    """An ordinary week: two prompts, a label, a dataset, a finished run, a draft. Returns the run's id."""
    for text in ("Sort: {{text}}", "Sort into card_arrival or age_limit: {{text}}"):
        registry.save_version(store, "intent", Content(messages=(message("user", text),), model="simulated/good"), note="a try")
    registry.save_version(store, "support/reply", Content(messages=(message("user", "Hello {{name}}"),)))
    labels.move(store, "intent", "production", 2)
    rows = [NewCase({"text": f"Where is my card {n}?"}, "card_arrival" if n % 2 else "age_limit") for n in range(cases)]
    datasets.create(store, "messages", rows, description="Customer messages")
    drafts.save(store, "prompt", "support/reply", {"messages": []}, 1)
    return run(store, "intent@1", "intent@2", dataset="messages")


def fill_hostile(store: Store) -> str:
    """The same shapes with hostile text wherever text may come from outside. Returns the id of a run whose cells hold it."""
    for number, text in enumerate(HOSTILE):
        content = Content(messages=(message("system", text), message("user", "{{a}}")), engine="mustache", model="simulated/good")
        registry.save_version(store, f"hostile/p{number}", content, note=text[:400], author=text[:100])
        registry.update(store, f"hostile/p{number}", description=text, expected_output=text)
    registry.save_version(store, "مرحبا 👩‍👩‍👧 name", Content(messages=(message("user", IMAGE),)))
    rows = [NewCase({"a": text, "=cmd|x": text}, text, tags=(IMAGE,)) for text in HOSTILE]
    datasets.create(store, "=HYPERLINK ![x](y) :smile:", rows, description=IMAGE, attribution=HOSTILE[1])
    drafts.save(store, "prompt", "hostile/p0", {"messages": [{"role": "user", "content": IMAGE}]}, 1)
    return run(store, "hostile/p0", "hostile/p1", dataset="=HYPERLINK ![x](y) :smile:", name=f"{IMAGE} <b>:red[x]</b> $x$")


def run(store: Store, *refs: str, dataset: str, name: str = "", model: str = "simulated/good?latency_ms=0") -> str:
    """A finished run of the simulated model."""
    run_id = planned(store, *refs, dataset=dataset, name=name, model=model)
    worker.start(store, run_id)
    assert worker.wait(run_id, 60)
    return run_id


def planned(store: Store, *refs: str, dataset: str, name: str = "", model: str = "simulated/good?latency_ms=0") -> str:
    """A run that nobody has started; one call at a time, so that there is something to watch."""
    variants = tuple(variants_from(store, refs, [model]))
    spec = RunSpec(variants=variants, dataset=dataset, name=name, score="equals:expected", concurrency=1)
    return plan.plan(store, spec)
