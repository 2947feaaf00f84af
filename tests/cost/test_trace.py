"""A trace file is read as it is usual; what cannot be read is left out and reported by line; no file stops the program."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data import AZURE
from workbench.cost import loading, trace
from workbench.cost.columns import Columns
from workbench.cost.model import KINDS
from workbench.errors import InputError

MODEL = "openai/gpt-4o"
INPUT, CACHED, OUTPUT = KINDS.index("input"), KINDS.index("cached"), KINDS.index("output")
TWO = "time,input_tokens,output_tokens\n2024-01-01T00:00:00Z,10,1\n2024-01-01T00:00:01Z,20,2\n"


def read(text: str, model: str = MODEL) -> Columns:
    return trace.load(text.encode(), model)


def left_out(columns: Columns) -> list[str]:
    assert columns.report is not None
    return [one.said for one in columns.report.skipped]


def test_the_azure_trace_is_read_to_its_last_line() -> None:
    found = trace.load(AZURE, MODEL)
    assert len(found) == 19_366
    assert found.report is not None
    assert (found.report.taken, found.report.skipped) == (19_366, ())
    assert dict(found.report.read_as) == {"time": "TIMESTAMP", "input": "ContextTokens", "output": "GeneratedTokens"}
    assert found.tokens.sum(axis=0)[[INPUT, OUTPUT]].tolist() == [22_361_870, 4_088_665]
    assert found.tokens[[0, -1]][:, [INPUT, OUTPUT]].tolist() == [[374, 44], [197, 183]]
    assert found.started_ms[0] == 1_700_158_546_681  # 18:15:46.6805900
    assert (found.cost_nano == -1).all()
    traffic = loading.traffic(found, days_per_month=30)
    assert (traffic.label, traffic.calls.shape) == ("19,366 calls of 58 minutes, 1 model", (58, 1))
    assert traffic.recorded_unpriced == 19_366


def test_a_file_is_read_once_and_again_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(TWO)
    first = trace.load(str(path), MODEL)
    assert trace.load(str(path), MODEL) is first
    path.write_text(TWO + "2024-01-01T00:00:02Z,30,3\n")
    assert len(trace.load(path, MODEL)) == 3


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize(
    "names", ["timestamp prompt_tokens completion_tokens", "Time Input Tokens|Output Tokens", "created tokens_in tokens_out"]
)
def test_usual_names_and_separators_are_known(separator: str, names: str) -> None:
    header = ["Time", "Input Tokens", "Output Tokens"] if "|" in names else names.split()
    lines = [header, ["2024-01-01 00:00:00", "10", "1"], ["2024-01-01 00:00:01", "20", "2"]]
    found = read("\r\n".join(separator.join(cells) for cells in lines))
    assert found.tokens[:, [INPUT, OUTPUT]].tolist() == [[10, 1], [20, 2]]


def test_gzip_and_marks_of_encoding_are_seen() -> None:
    for raw in (gzip.compress(TWO.encode()), b"\xef\xbb\xbf" + TWO.encode(), TWO.encode("utf-16"), TWO.replace("\n", "\r").encode()):
        assert len(trace.load(raw, MODEL)) == 2


def test_json_lines_are_read_one_level_deep() -> None:
    lines = [
        {"created": 1_700_000_000, "model": "gpt-4o-mini", "usage": {"prompt_tokens": 5, "completion_tokens": 7, "cached_tokens": 2}},
        {"created": 1_700_000_001.5, "model": "anthropic/claude", "usage": {"prompt_tokens": 6, "completion_tokens": 8}},
        {"created": 1_700_000_002, "prompt_tokens": 9, "completion_tokens": 9},
    ]
    found = read("\n".join(json.dumps(line) for line in lines))
    assert [found.models[code] for code in found.model] == ["openai/gpt-4o-mini", "anthropic/claude", MODEL]
    assert found.tokens[:, [INPUT, CACHED, OUTPUT]].tolist() == [[5, 2, 7], [6, 0, 8], [9, 0, 9]]
    assert found.started_ms.tolist() == [1_700_000_000_000, 1_700_000_001_500, 1_700_000_002_000]


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("1700158546.68", 1_700_158_546_680), ("1700158546680", 1_700_158_546_680), ("1700158546680000", 1_700_158_546_680),
        ("1700158546680000000", 1_700_158_546_680), ("12.5", 12_500), ("2023-11-16 18:15:46.6800000", 1_700_158_546_680),
        ("2023-11-16T18:15:46.680Z", 1_700_158_546_680), ("2023-11-16T20:15:46.680+02:00", 1_700_158_546_680),
        ("16/Nov/2023:18:15:46 +0000", 1_700_158_546_000), ("11/16/2023 18:15:46", 1_700_158_546_000),
    ],
)  # fmt: skip
def test_times_are_read_as_they_are_usually_written(written: str, ms: int) -> None:
    found = read(f"time,input,output\n{written},1,1\n")
    assert found.started_ms.tolist() == [ms]


def test_lines_come_in_order_of_time_and_the_period_ends_a_gap_after_the_last() -> None:
    found = read("time,input,output\n30,3,3\n10,1,1\n20,2,2\n")
    assert found.tokens[:, INPUT].tolist() == [1, 2, 3]
    assert found.call_id.tolist() == [3, 4, 2]
    assert (found.since_ms, found.until_ms) == (10_000, 40_000)


def test_lines_that_cannot_be_read_are_reported_with_their_numbers() -> None:
    bad = ["x,1,1", "11,-1,1", "12,1,1.5", "13,,1", ",1,1", "14,1,99999999999", "15,nan,1", "16,1,1e400", "17", "18,-2,1", "1e30,1,1"]
    found = read("\n".join(["time,input,output", "10,1,1", *bad, "20,1e3,2.0", ""]))
    assert found.tokens[:, [INPUT, OUTPUT]].tolist() == [[1, 1], [1000, 2]]
    assert left_out(found) == [
        "1 line (3): time cannot be read",
        "2 lines (4, 12): input is negative",
        "2 lines (5, 10): output is not a whole number",
        "2 lines (6, 11): input is missing",
        "1 line (7): time is missing",
        "1 line (8): output is over 2,147,483,647",
        "1 line (9): input is not a whole number",
        "1 line (13): time is beyond any calendar",
    ]
    assert found.notes == tuple(f"Left out: {said}." for said in left_out(found))


def test_only_the_first_lines_of_a_reason_are_named() -> None:
    found = read("time,input,output\n1,1,1\n" + "2,-1,1\n" * 1_000)
    assert left_out(found) == ["1,000 lines (3, 4, 5, 6, 7, ...): input is negative"]


def test_parts_larger_than_their_whole_and_broken_json_are_left_out() -> None:
    found = read('{"time": 1, "input": 5, "output": 5, "cached_tokens": 6}\n{"time": 2, "input": 5, "output": 5}\n{"time"\n[1]\n')
    assert len(found) == 1
    both = read("time,input,output,cached_tokens,cache_write_tokens\n1,10,1,6,5\n2,10,1,6,4\n")
    assert both.call_id.tolist() == [3]
    assert left_out(found) == ["1 line (1): a part has more tokens than the whole", "2 lines (3, 4): is not a JSON object"]


def test_a_line_of_other_fields_is_left_out_and_the_next_is_read_again() -> None:
    found = read('\n{"time": 1, "input": 5, "output": 5}\n{"note": "restarted"}\n\n{"ts": 2, "prompt_tokens": 6, "completion_tokens": 5}')
    assert found.call_id.tolist() == [2, 5]
    assert left_out(found) == ["1 line (3): input is missing"]
    assert left_out(read("\n\n" + TWO + "x,1,1")) == ["1 line (6): time cannot be read"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no request could be read"),
        (b"\n\n", "no request could be read"),
        (b"time,input,output\n", "no request could be read"),
        (b"time,input,output\nx,1,1\n", "no request could be read: 1 line"),
        (b"a,b\n1,2\n", "no column holds the time"),
        (b"time,input\n1,2\n", "no column holds the output tokens"),
        (b'{"time": 1, "output": 3}\n', "no column holds the input tokens"),
        (b'[{"time": 1}]', "is a JSON list"),
        (b"\x1f\x8bnot gzip at all", "gzip file is damaged"),
        (gzip.compress(TWO.encode() * 100, mtime=0)[:60], "gzip file is damaged"),
        (b"x" * (2**20 + 5), "has over 1,048,576 characters"),
        (bytes(range(256)) * 40, "the file is not text"),
        (b"PK\x03\x04\x14\x00\x08\x00trace.csv" + bytes(range(256)), "the file is a ZIP file"),
        (b"PAR1\x15\x04\x15,timestamp,input_tokens,output_tokens\n1,1,1\n", "the file is a Parquet file"),
        (gzip.compress(gzip.compress(TWO.encode() * 100, mtime=0), mtime=0), "the file is packed twice"),
    ],
)
def test_a_file_that_is_no_trace_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        trace.load(raw, MODEL)
    assert caught.value.hint


@pytest.mark.parametrize("path", ["/nowhere/at/all.csv", "/", "\0"])
def test_a_path_that_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(InputError, match=r"field baseline\.path: .+ cannot be read") as caught:
        trace.load(path, MODEL)
    assert path in str(caught.value) or repr(path) in str(caught.value)


def test_what_is_wrong_in_a_trace_names_its_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "gateway.csv"
    path.write_text("moment,input,output\n1,1,1\n")
    with pytest.raises(InputError, match="no column holds the time") as caught:
        trace.load(path, MODEL)
    assert caught.value.message.startswith(f"field baseline.path: {path}, line 1: ")
    path.write_text("time,input,output\n1,x,1\n")
    with pytest.raises(InputError, match=r"gateway\.csv, no request could be read"):
        trace.load(path, MODEL)


def test_what_answered_must_be_said() -> None:
    with pytest.raises(InputError, match=r"field baseline\.model"):
        read(TWO, " ")


@pytest.mark.parametrize(("bound", "least"), [("MOST_LINES", 50), ("MOST_BYTES", 500)])
def test_a_file_beyond_the_bounds_is_refused_however_small_its_gzip(monkeypatch: pytest.MonkeyPatch, bound: str, least: int) -> None:
    monkeypatch.setattr(trace, bound, least)
    with pytest.raises(InputError, match="the file has over"):
        trace.load(gzip.compress(b"time,input,output\n" + b"1,1,1\n" * 5_000), MODEL)


def test_a_period_of_no_length_makes_no_month() -> None:
    with pytest.raises(InputError, match="cover no time"):
        loading.traffic(read("time,input,output\n5,1,1\n5,1,1\n"), days_per_month=30)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda tail: b"time,input,output\n1,2,3\n" + tail)))
def test_whatever_a_file_holds_it_is_read_or_refused(raw: bytes) -> None:
    try:
        found = trace.load(raw, MODEL)
    except InputError:
        return
    assert (found.tokens >= 0).all()
    assert np.all(np.diff(found.started_ms) >= 0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), min_size=1, max_size=30))
@pytest.mark.parametrize(
    "write", [lambda one: ",".join(map(str, one)), lambda one: json.dumps(dict(zip(("time", "input", "output"), one, strict=True)))]
)
def test_every_line_that_is_well_formed_is_taken(write: Callable[[tuple[int, int, int]], str], lines: list[tuple[int, int, int]]) -> None:
    body = [write(one) for one in lines]
    found = read("\n".join(body if body[0].startswith("{") else ["time,input,output", *body]))
    assert found.tokens[:, [INPUT, OUTPUT]].sum(axis=0).tolist() == [sum(one[at] for one in lines) for at in (1, 2)]
