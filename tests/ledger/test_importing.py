"""A file goes in exactly once: whole, grown, killed half-way, cut off, or of another kind altogether."""

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from workbench import store as stores
from workbench.errors import Conflict, InputError
from workbench.ledger import importers, reading, rollups
from workbench.ledger.importers import history, opening, running
from workbench.ledger.tables import CallRow
from workbench.store import Store

AT = 1_790_000_000_000


def a_line(n: int, **more: Any) -> dict[str, Any]:
    return {
        "timestamp": (AT + n * 1000) / 1000,
        "model": "openai/gpt-5",
        "prompt_tokens": 100 + n % 7,
        "completion_tokens": 9,
        "latency": 0.5,
        **more,
    }


def jsonl(path: Path, rows: list[dict[str, Any]], end: str = "\n") -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + end)
    return path


def test_a_file_twice_adds_nothing_and_one_that_has_grown_adds_what_is_new(store: Store, tmp_path: Path) -> None:
    rows = [a_line(n) for n in range(50)] + [a_line(7), a_line(7), a_line(8)]
    path = jsonl(tmp_path / "a.jsonl", rows)
    first = importers.run(store, path)
    assert (first.taken, first.duplicates, first.skipped, first.complete) == (53, 0, 0, True)
    again = importers.run(store, path)
    assert (again.taken, again.duplicates) == (0, 53)
    jsonl(path, [*rows, a_line(7), a_line(99)])
    assert importers.run(store, path).taken == 2
    part = importers.run(store, jsonl(tmp_path / "part.jsonl", rows[20:]))
    assert (part.taken, reading.totals(store).n) == (0, 55)
    (cell,) = rollups.read(store, AT - 86_400_000, AT + 86_400_000)
    assert cell.calls == 55


def test_a_stopped_import_goes_on_where_it_was(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    path = jsonl(tmp_path / "a.jsonl", [a_line(n % 30) for n in range(95)] + [{"model": 1}])
    seen: list[running.Progress] = []
    stopped = importers.run(sqlite_store, path, progress=seen.append, stop=lambda: len(seen) >= 3)
    assert (stopped.state, stopped.position, stopped.taken, stopped.complete) == ("stopped", 30, 30, False)
    monkeypatch.setattr(running, "BATCH", 7)  # whatever the batches are then
    whole = importers.run(sqlite_store, path)
    assert (whole.id, whole.position, whole.taken, whole.duplicates, whole.skipped) == (stopped.id, 96, 95, 0, 1)
    assert [one.state for one in history.latest(sqlite_store)] == ["finished"]
    assert whole.report.lines == [(96, "field started_ms: is missing: say when the call began, in UTC epoch milliseconds")]


def test_an_import_killed_again_and_again_ends_with_the_exact_count(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    stores.open_store(url).close()
    path = jsonl(tmp_path / "a.jsonl", [a_line(n // 2) for n in range(8_000)])
    program = (
        "import sys; from workbench.store import open_store; from workbench.ledger import importers;"
        "from workbench.ledger.importers import running;"
        "running.BATCH = 200; importers.run(open_store(sys.argv[1]), sys.argv[2], progress=lambda one: print(one.rows, flush=True))"
    )
    for kills in (3, 11, 6):
        with subprocess.Popen([sys.executable, "-c", program, url, str(path)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(kills):
                child.stdout.readline()
            time.sleep(0.003 * kills)  # somewhere within a batch
            os.kill(child.pid, signal.SIGKILL)
    store = stores.open_store(url)
    (half,) = history.latest(store)
    assert 4_000 <= half.taken == reading.totals(store).n < 8_000
    whole = importers.run(store, path)
    assert (whole.id, whole.taken, reading.totals(store).n) == (half.id, 8_000, 8_000)
    assert rollups.verify(store) == []
    store.close()


def test_what_is_cut_off_is_taken_up_to_there_and_said(sqlite_store: Store, tmp_path: Path) -> None:
    rows = [a_line(n) for n in range(400)]
    path = jsonl(tmp_path / "cut.jsonl", rows, end='\n{"timestamp": 1790000')
    cut = importers.run(sqlite_store, path)
    assert (cut.taken, cut.report.lines) == (400, [(401, "is cut off: the file ends within it")])
    packed = gzip.compress(jsonl(tmp_path / "whole.jsonl", [a_line(n, user=os.urandom(30).hex()) for n in range(400, 9_000)]).read_bytes())
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    half = importers.run(sqlite_store, tmp_path / "cut.jsonl.gz")
    assert 0 < half.taken < 8_600
    assert not half.complete
    assert "not packed to its end" in half.report.broken
    (tmp_path / "whole.jsonl.gz").write_bytes(packed)
    assert importers.run(sqlite_store, tmp_path / "whole.jsonl.gz").taken == 8_600 - half.taken
    (tmp_path / "cut.json").write_text(json.dumps({"data": [a_line(n) for n in range(10_000, 10_050)]})[:-60])
    document = importers.run(sqlite_store, tmp_path / "cut.json")
    assert (document.taken, document.complete) == (49, False)
    assert "behind item 49" in document.report.broken


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b"\xef\xbb\xbf \n", "is empty"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        ("a.csv", "timestamp,model\n1,2\n".encode("utf-16-le"), "UTF-16"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
        ("a.xlsx", b"PK\x03\x04" + bytes(100), "ZIP file or a workbook"),
        ("a.db", b"SQLite format 3\x00" + bytes(100), "SQLite database"),
        ("a.jsonl", bytes(range(256)) * 8, "not a text file"),
        ("a.jsonl.gz", gzip.compress(b"x" * 10)[:12], "cannot be unpacked"),
        ("a.parquet", b"PAR1" + bytes(200), "cannot be read as Parquet"),
        ("a.txt", b"Dear all\nthis is a letter.\n", "no header of two columns"),
        ("a.csv", b"model,model\n1,2\n", "the same name"),
        ("a.csv", b"colour,size\nred,2\n", "no column gives started_at and model"),
        ("a.csv", b"timestamp,model\n", "has no rows"),
        ("a.json", b"[" + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]", "nested too deeply"),
        ("a.json", b"[1, 2, 3]", "no row can be read"),
        ("a.json", b'{"a": {"b": ', "no row can be read"),
        ("a.jsonl", b'{"a": 1,,}\n{"b" 2}\n', "no row can be read"),
    ],
)
def test_a_file_that_is_no_file_of_calls_is_refused_before_anything_is_written(
    sqlite_store: Store, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        importers.run(sqlite_store, tmp_path / name)
    assert caught.value.hint
    assert history.latest(sqlite_store) == []


def test_rows_that_no_call_can_be_are_reported_by_line_and_the_others_taken(sqlite_store: Store, tmp_path: Path) -> None:
    bad: list[Any] = [
        a_line(1, prompt_tokens="12"),
        a_line(2, latency=-1),
        a_line(3, latency=float("nan")),
        a_line(4, timestamp=(time.time() + 10**6)),
        a_line(5, timestamp="yesterday"),
        [1],
        a_line(6, completion_tokens=-3),
        a_line(7, model=None),
        a_line(8, cost="free"),
    ]
    path = jsonl(tmp_path / "a.jsonl", [a_line(0), *bad, a_line(9)])
    with path.open("ab") as file:
        file.write(b'{"timestamp": 1790000000, "model": "\xff\xfe"}\n{not json}\n' + b'{"model": "' + b"x" * (17 * 2**20) + b'"}\n')
    path.open("a").write(json.dumps(a_line(10)) + "\r\n")
    done = importers.run(sqlite_store, path)
    said = dict(done.report.lines)
    assert (done.taken, done.skipped, sorted(said)) == (3, 12, [*range(2, 11), 12, 13, 14])
    for line, words in {
        2: "without quotes",
        3: "negative",
        4: "finite",
        5: "future",
        6: "not a time",
        7: "not an object",
        9: "model",
    }.items():
        assert words in said[line], (line, said[line])
    assert (said[12], said[13], said[14]) == ("is not UTF-8", "is not JSON", "is longer than 16 MB")


def test_a_csv_with_marks_of_windows_and_excel_is_read(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        "\ufeffTimestamp;Model;Prompt Tokens;Completion Tokens;Duration_S;Cost;User;Success;Tags\r\n"
        "2026-09-01T10:00:00.1234567Z;gpt-5;1,200;34;1.5;$0.0123;Zoë;true;a,b\r\n"
        '2026-09-01 10:00:01;claude-sonnet-4-5;12;3;0.25;;"a;""b""";false;\r\n'
        "2026-09-01 10:00:02;gpt-5;many;3;0.25;;;;\r\n"
        "2026-09-01 10:00:03;gpt-5;1\r\n".encode()
    )
    look = importers.preview(tmp_path / "a.csv")
    assert look.mapping.columns["Duration_S"] == "latency_s"
    done = importers.run(sqlite_store, tmp_path / "a.csv")
    assert (done.taken, dict(done.report.lines)) == (
        2,
        {
            4: "column Prompt Tokens: 'many' is not a number: leave the cell empty where it is not known",
            5: "has 3 cells where the header has 9",
        },
    )
    two, one = reading.page(sqlite_store)
    assert (one.started_ms, one.latency_ms, one.input_tokens, one.provider, one.user, one.tags) == (
        1_788_256_800_123, 1500, 1200, "openai", "Zoë", ("a", "b"),
    )  # fmt: skip
    assert (one.cost_nano, two.status, two.user, two.provider) == (12_300_000, "error", 'a;"b"', "anthropic")
    assert two.cost_nano == (12 * 3 + 3 * 15) * 1000


def test_numbers_are_read_as_the_table_writes_them_and_never_otherwise(sqlite_store: Store, tmp_path: Path) -> None:
    head = "timestamp;model;prompt_tokens;cost;latency_s\n"
    (tmp_path / "comma.csv").write_text(head + "2026-09-01 10:00:00;gpt-5;1.234;0,0123;1,5\n2026-09-01 10:00:01;gpt-5;12;1,234;\n")
    assert importers.run(sqlite_store, tmp_path / "comma.csv").taken == 2
    two, one = reading.page(sqlite_store)
    assert (one.input_tokens, one.cost_nano, one.latency_ms) == (1234, 12_300_000, 1500)
    assert two.cost_nano == 1_234_000_000
    (tmp_path / "point.csv").write_text(head + "2026-09-02 10:00:00;gpt-5;1,234;0.5;0.25\n2026-09-02 10:00:01;gpt-5;12;0,5;1\n")
    done = importers.run(sqlite_store, tmp_path / "point.csv")
    assert done.report.lines == [(3, "column cost: '0,5' is not a number: write decimals with a point")]
    assert (reading.page(sqlite_store)[0].input_tokens, reading.page(sqlite_store)[0].cost_nano) == (1234, 500_000_000)


@pytest.mark.parametrize(("cell", "ms"), [("0,5", 500), ("1,0", 1000), ("1,234", 1234), ("1.234", 1234)])
def test_a_latency_of_decimal_commas_is_told_seconds_or_milliseconds_like_any(tmp_path: Path, cell: str, ms: int) -> None:
    (tmp_path / "comma.csv").write_text(f"timestamp;model;latency;cost\n2026-09-01 10:00:00;gpt-5;{cell};0,01\n")
    (call,) = importers.preview(tmp_path / "comma.csv", None if cell != "1,0" else {"latency": "latency_s"}).calls
    assert (call["latency_ms"], call["cost_nano"]) == (ms, 10_000_000)


def test_a_number_that_may_be_thousands_or_decimals_is_pointed_out(tmp_path: Path) -> None:
    for cells, noted in ((("1.234", "12"), True), (("1.234", "0.5"), False), (("1.234", "0,5"), False)):
        rows = "".join(f"2026-09-01 10:00:00;gpt-5;{cell}\n" for cell in cells)
        (tmp_path / "a.csv").write_text(f"timestamp;model;latency_ms\n{rows}")
        notes = importers.preview(tmp_path / "a.csv").notes
        assert [note.split(" is ")[0] for note in notes] == ["1.234"] * noted


def test_a_time_that_is_none_names_its_column_and_what_stood_there(tmp_path: Path) -> None:
    head, cell = "tick,model,over\n", "19.11.2026 21:45:28"
    (tmp_path / "a.csv").write_text(f"{head}{cell},gpt-5,2026-11-19T21:45:29Z\n2026-11-19T21:45:28Z,gpt-5,{cell}\n")
    problems = importers.preview(tmp_path / "a.csv", {"tick": "started_at", "over": "ended_at"}).problems
    assert [why.split(" is not a time")[0] for _line, why in problems] == [
        f"column tick: '{cell}'",
        f"column over: '{cell}'",
    ]


def test_a_csv_of_old_machines_is_read_and_a_quote_never_closed_is_said(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_bytes("timestamp,model,user\r1790000000,gpt-5,Zoë\r1790000001,gpt-5,b\r".encode("cp1252"))
    assert "Windows-1252" in importers.preview(tmp_path / "old.csv").notes[0]
    assert importers.run(sqlite_store, tmp_path / "old.csv").taken == 2
    assert [call.user for call in reading.page(sqlite_store)] == ["b", "Zoë"]
    rows = "".join(f"17900001{n:02},gpt-5,x\n" for n in range(60))
    (tmp_path / "open.csv").write_text(f'timestamp,model,user\n1790000100,gpt-5,5" wide\n1790000101,gpt-5,"open\n{rows}')
    cut = importers.run(sqlite_store, tmp_path / "open.csv")
    assert (cut.taken, cut.complete, cut.report.broken) == (
        1, False, "A quote opens in line 3 and is never closed: from there on nothing was read.",
    )  # fmt: skip


def test_what_no_number_can_be_is_refused_by_line(sqlite_store: Store, tmp_path: Path) -> None:
    lines = [
        '{"timestamp": 1790000000, "model": "gpt-5", "prompt_tokens": 1e400}',
        '{"timestamp": 1e400, "model": "gpt-5"}',
        f'{{"timestamp": {"9" * 400}, "model": "gpt-5"}}',
        f'{{"timestamp": 1790000003, "model": "gpt-5", "prompt_tokens": {"9" * 5000}}}',
        '{"timestamp": 1790000004, "model": "gpt-5", "request": ' + '{"a":' * 100_000 + "1" + "}" * 100_001,
        '{"timestamp": "yesterday", "model": "gpt-5"}',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(reversed(lines)))
    said = dict(importers.run(sqlite_store, tmp_path / "a.jsonl").report.lines)
    assert reading.totals(sqlite_store).n == 0
    for line, words in enumerate(("'yesterday' is not a time", "too deeply", "thousands of digits", "not a time", "'inf'", "finite"), 1):
        assert words in said[line], said[line]


def test_a_mapping_of_ones_own_goes_before_what_is_proposed(sqlite_store: Store, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [{"tick": AT * 10**6, "ms": 12, "usage": {"in": 5}, "weird": "gpt-5"}])
    assert importers.preview(path).missing == ("started_at", "model")
    mapping = importers.ColumnMap({"tick": "started_at", "usage.in": "input_tokens", "weird": "user"}, {"model": "o3", "latency_ms": "7"})
    assert importers.run(sqlite_store, path, mapping=mapping).taken == 1
    (one,) = reading.page(sqlite_store)
    assert (one.started_ms, one.input_tokens, one.user, one.model, one.provider, one.latency_ms) == (AT, 5, "gpt-5", "o3", "openai", 7)
    for wrong, says in (
        ({"nope": "model"}, "no column 'nope'"),
        ({"tick": "colour"}, "no field"),
        ({"tick": "model", "ms": "model"}, "two columns"),
    ):
        with pytest.raises(InputError, match=says):
            importers.run(sqlite_store, path, mapping=wrong)


def test_parquet_is_read_with_its_own_times_and_nested_columns(sqlite_store: Store, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "created_at": pd.date_range("2026-09-01", periods=3, freq="s", tz="UTC"),
            "model": ["gpt-5"] * 3,
            "usage": [{"prompt_tokens": n, "completion_tokens": 2} for n in range(3)],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    assert importers.detect(tmp_path / "a.parquet") == "parquet"
    assert importers.run(sqlite_store, tmp_path / "a.parquet").taken == 3
    assert [call.input_tokens for call in reading.page(sqlite_store)] == [2, 1, 0]
    assert importers.run(sqlite_store, tmp_path / "a.parquet").duplicates == 3


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("w") as file:
        file.write('{"calls": [')
        for n in range(14_000):
            file.write(("," if n else "") + json.dumps(a_line(n, reply="x" * 2_500)))
        file.write("]}")
    program = (
        "import resource, sys; from workbench.store import open_store; from workbench.ledger import importers;"
        "store = open_store(sys.argv[1]);"
        "importers.preview(sys.argv[2]); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "done = importers.run(store, sys.argv[2]); print(done.taken, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    assert path.stat().st_size > 34 * 2**20
    url = f"sqlite:///{tmp_path / 'large.db'}"

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (700 * 2**20, 700 * 2**20))

    found = subprocess.run([sys.executable, "-c", program, url, str(path)], capture_output=True, text=True, check=True, preexec_fn=bound)
    taken, grown_mb = map(int, found.stdout.split())
    assert taken == 14_000
    assert grown_mb < 250


def test_an_import_taken_back_leaves_what_was_there_and_the_file_can_come_in_again(store: Store, tmp_path: Path) -> None:
    before = importers.run(store, jsonl(tmp_path / "before.jsonl", [a_line(n, user="kept") for n in range(5)]))
    path = jsonl(tmp_path / "a.jsonl", [a_line(n, user="kept") for n in range(3)] + [a_line(n, reply="x") for n in range(40)])
    wrong = importers.run(store, path, mapping={"prompt_tokens": "output_tokens", "completion_tokens": "input_tokens"})
    assert (wrong.taken, wrong.duplicates) == (40, 3)
    after = importers.run(store, jsonl(tmp_path / "after.jsonl", [a_line(n) for n in range(90, 97)]))
    right = opening.opened(path).mapping
    hiding = importers.otherwise(store, path, right)
    assert hiding is not None
    assert hiding.id == wrong.id
    back = importers.undo(store, wrong.id)
    assert (back.state, back.undone, reading.totals(store).n) == ("undone", 40, before.taken + after.taken)
    assert rollups.verify(store) == []
    assert importers.undo(store, wrong.id).undone == 40  # once more does nothing
    assert importers.otherwise(store, path, right) is None
    again = importers.run(store, path)
    assert (again.id != wrong.id, again.taken, again.duplicates) == (True, 40, 3)
    assert sum(call.input_tokens or 0 for call in reading.page(store, limit=200)) > 40 * 100
    assert rollups.verify(store) == []


def test_ids_of_calls_that_went_are_not_given_again(sqlite_store: Store, tmp_path: Path) -> None:
    first = importers.run(sqlite_store, jsonl(tmp_path / "a.jsonl", [a_line(n) for n in range(5)]))
    with sqlite_store.write() as session:
        rollups.erase(session.connection(), CallRow.id > 0)
    assert importers.run(sqlite_store, jsonl(tmp_path / "b.jsonl", [a_line(n) for n in range(20, 25)])).taken == 5
    back = importers.undo(sqlite_store, first.id)
    assert (back.undone, reading.totals(sqlite_store).n) == (0, 5)


def test_taking_back_that_was_killed_goes_on_and_nothing_comes_in_meanwhile(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    store = stores.open_store(url)
    path = jsonl(tmp_path / "a.jsonl", [a_line(n) for n in range(4_000)])
    done = importers.run(store, path)
    program = (
        "import sys; from workbench.store import open_store; from workbench.ledger.importers import undoing;"
        "undoing.PART = 100; undoing.undo(open_store(sys.argv[1]), sys.argv[2], progress=lambda one: print(one.rows, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program, url, done.id], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(7):
            child.stdout.readline()
        time.sleep(0.01)
        os.kill(child.pid, signal.SIGKILL)
    half = importers.get(store, done.id)
    assert half.state == "undoing"
    assert 700 <= half.undone == 4_000 - reading.totals(store).n < 4_000
    with pytest.raises(Conflict, match="being taken back"):
        importers.run(store, path)
    assert importers.undo(store, done.id).undone == 4_000
    assert (reading.totals(store).n, rollups.verify(store)) == (0, [])
    store.close()


def test_an_import_under_way_twice_goes_on_in_one_place_and_counts_exactly(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    path = jsonl(tmp_path / "a.jsonl", [a_line(n) for n in range(100)])
    seen: list[running.Progress] = []

    def other(progress: running.Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            assert importers.run(store, path).taken == 100

    with pytest.raises(Conflict, match="elsewhere"):
        importers.run(store, path, progress=other)
    (one,) = history.latest(store)
    assert (one.state, one.taken, one.duplicates, reading.totals(store).n) == ("finished", 100, 0, 100)
    assert importers.undo(store, one.id).undone == 100
    with pytest.raises(Conflict, match="taken back"):
        importers.run(store, path, progress=lambda one: importers.undo(store, history.latest(store)[0].id))
    assert reading.totals(store).n == 0
