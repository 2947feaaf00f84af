"""`workbench compare`, as a person types it: a run, or scores of their own; published examples through the file door."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.comparison import runs
from tests.comparison.runs import right_or_wrong
from workbench import cli, store
from workbench.cli.compare import told
from workbench.comparison.verdict import compare_scores
from workbench.errors import InputError, WorkbenchError
from workbench.stats import permutation
from workbench.stats.unpaired import fisher, newcombe, welch

PROMISED = ["a", "b", "n", "difference", "low", "high", "p", "test", "outcome", "winner", "verdict", "p_mid", "p_adjusted"]


def command(*arguments: object) -> Result:
    return CliRunner().invoke(cli.cli, ["compare", *map(str, arguments)])


def said(*arguments: object, code: int = 0) -> Any:
    result = command(*arguments, "--json")
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def refused(*arguments: object) -> WorkbenchError:
    result = command(*arguments)
    assert isinstance(result.exception, InputError), result.output
    return result.exception


def paired(path: Path, rows: list[list[float]], names: tuple[str, ...] = ("first", "second")) -> Path:
    """A file with a row a score, the variants of a case one after the other."""
    lines = [f"{case},{name},{row[case]:g}" for case in range(len(rows[0])) for name, row in zip(names, rows, strict=True)]
    path.write_text("id,variant,score\n" + "\n".join(lines) + "\n")
    return path


def file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


# Agresti, Categorical Data Analysis, 2nd ed., chapter 10: approval of the prime minister, 1,600 Britons asked twice, 794, 150, 86, 570.
# The exact two-sided p is 2 P(X <= 86), X ~ Bin(236, 1/2) = 3.716e-05 (R: binom.test(86, 236)); PropCIs::scoreci.mp gives the interval.
def test_approval_of_the_prime_minister(tmp_path: Path) -> None:
    data = said("--csv", paired(tmp_path / "approval.csv", right_or_wrong(794, 150, 86, 570)), "--case", "id")
    pair = data["pairs"][0]
    assert (pair["a"], pair["b"], pair["n"], pair["test"]) == ("first", "second", 1600, "mcnemar_exact")
    assert pair["difference"] == pytest.approx(-0.04)
    assert (pair["low"], pair["high"]) == pytest.approx((-0.0590, -0.0214), abs=5e-5)
    assert pair["p"] == pytest.approx(3.716e-05, rel=1e-3)
    assert (pair["outcome"], pair["winner"], data["outcome"], data["winner"]) == ("winner", "first", "winner", "first")
    assert data["verdict"] == "first is better than second by 4.0 points (95 % interval 2.1 to 5.9, n = 1,600)."


# Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data", BMC Medical Research Methodology 13:91 (2013), table 1:
# airway hyper-responsiveness before and after stem cell transplantation, 1, 1, 7, 12: exact p 0.0703, mid-p 0.0391.
def test_airways_before_and_after_a_transplantation(tmp_path: Path) -> None:
    data = said("--csv", paired(tmp_path / "airways.csv", right_or_wrong(1, 1, 7, 12)), "--case", "id", code=3)
    pair = data["pairs"][0]
    assert (round(pair["p"], 4), round(pair["p_mid"], 4)) == (0.0703, 0.0391)
    assert (pair["outcome"], pair["winner"], data["winner"]) == ("undecided", None, None)
    assert (pair["low"], pair["high"]) == pytest.approx((0.026, 0.517), abs=5e-4)  # Tango's, in Statistics in Medicine 33 (2014) 2850
    assert any("the test, the stricter of the two, decides" in each for each in data["numbers"])


# Darwin's maize (Fisher, The Design of Experiments, 1935, section 21): 15 pairs, in eighths of an inch; t test p 0.0497, and of all
# 32,768 sign patterns 1,726 are as extreme: p 0.0527.
def test_darwins_maize(tmp_path: Path) -> None:
    differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    path = paired(tmp_path / "maize.csv", [[100.0] * 15, [100.0 + each for each in differences]], ("selfed", "crossed"))
    pair = said("--csv", path, "--case", "id", code=3)["pairs"][0]
    assert (pair["test"], pair["n"], pair["p_mid"]) == ("permutation", 15, None)
    assert pair["difference"] == pytest.approx(314 / 15)
    assert pair["p"] == pytest.approx(1726 / 32768)
    assert pair["p_t"] == pytest.approx(0.0497, abs=5e-5)


def test_a_pair_holds_every_promised_field_and_variants_stand_in_order_of_appearance(tmp_path: Path) -> None:
    path = file(tmp_path / "s.csv", "id,variant,score\n1,z,1\n1,a,0\n1,m,1\n2,m,1\n2,z,0\n2,a,0\n")
    data = said("--csv", path, "--case", "id", "--variant", "variant", "--score", "score", code=3)
    assert data["variants"] == ["z", "a", "m"]
    assert [(pair["a"], pair["b"]) for pair in data["pairs"]] == [("z", "a"), ("z", "m"), ("a", "m")]
    assert set(PROMISED) <= set(data["pairs"][0])
    assert {"outcome", "winner", "verdict", "metrics", "checks"} <= set(data)
    assert data["metrics"]["score"]["variants"]["z"] == pytest.approx(
        {"count": 2, "mean": 0.5, "sd": 0.5**0.5, "median": 0.5} | {name: data["metrics"]["score"]["variants"]["z"][name] for name in _REST}
    )


_REST = ("low", "high", "method")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id;variant;score\n" + "".join(f"{n};ä;0,{n % 5}\n{n};b;0,9\n" for n in range(30)), "cp1252"),
        ("id\tvariant\tscore\n" + "".join(f"{n}\tä\tno\n{n}\tb\tYES\n" for n in range(30)), "utf-16"),
        ("\ufeffID,Variant,Score\r\n" + "".join(f"{n},ä,false\r\n{n},b,True\r\n" for n in range(30)), "utf-8"),
        ("".join(f'{{"id": {n}, "variant": "{v}", "score": {int(v == "b")}}}\n' for n in range(30) for v in "äb"), "utf-8"),
        ("id,variant,score\n" + "".join(f"{n},ä,fail\n{n},b,pass\n\n" for n in range(30)), "utf-8"),
    ],
    ids=["semicolons and decimal commas", "tabs in UTF-16", "byte order mark and capitals", "JSON lines", "pass and fail"],
)
def test_files_as_people_have_them(tmp_path: Path, text: str, encoding: str) -> None:
    data = said("--csv", file(tmp_path / "scores.csv", text, encoding), "--case", "id")
    assert (data["winner"], data["pairs"][0]["n"], data["variants"]) == ("b", 30, ["ä", "b"])


def test_rows_without_a_case_are_not_paired(tmp_path: Path) -> None:
    rows = [("a", n % 2) for n in range(40)] + [("b", int(n % 5 > 0)) for n in range(60)]
    path = file(tmp_path / "u.csv", "variant,score\n" + "".join(f"{name},{score}\n" for name, score in rows))
    result = command("--csv", path, "--json")
    pair = json.loads(result.stdout)["pairs"][0]
    assert (pair["test"], pair["method"], pair["n"], pair["winner"]) == ("fisher", "newcombe", 100, "b")
    assert pair["p"] == pytest.approx(fisher(20, 40, 48, 60))
    assert (pair["low"], pair["high"]) == pytest.approx(tuple(newcombe(20, 40, 48, 60)))
    assert "Not paired" in result.stderr
    numbers = file(tmp_path / "n.csv", "variant,score\n" + "".join(f"{name},{n * 0.7 + score}\n" for n, (name, score) in enumerate(rows)))
    tested = welch([n * 0.7 + n % 2 for n in range(40)], [(n + 40) * 0.7 + int(n % 5 > 0) for n in range(60)])
    pair = said("--csv", numbers)["pairs"][0]
    assert tested is not None
    assert (pair["test"], pair["p"], pair["low"]) == ("welch", pytest.approx(tested[0]), pytest.approx(tested[1].low))


def test_groups_that_share_no_case_may_be_as_good_as_each_other(tmp_path: Path) -> None:
    rows = "".join(f"a,{int(n % 4 > 0)}\nb,{int(n % 4 > 0)}\n" for n in range(4000))
    pair = said("--csv", file(tmp_path / "u.csv", "variant,score\n" + rows), "--margin", "0.03")["pairs"][0]
    low, high = newcombe(3000, 4000, 3000, 4000, 0.9)
    assert pair["outcome"] == "equivalent"
    assert (pair["equivalence"]["low"], pair["equivalence"]["high"]) == pytest.approx((low, high))
    assert 0 < pair["equivalence"]["p"] < 0.05


def test_missing_scores_and_repeats(tmp_path: Path) -> None:
    text = "id,variant,score\n1,a,1\n1,a,0\n1,b,1\n2,a,nan\n2,b,1\n3,a,\n3,b,0\n4,a,0\n4,b,1\n"
    data = said("--csv", file(tmp_path / "s.csv", text), "--case", "id", code=3)
    assert data["pairs"][0]["n"] == 2
    assert data["pairs"][0]["difference"] == pytest.approx(0.75)
    assert data["stability"][0]["flipping"] == 1.0
    wrong = said("--csv", tmp_path / "s.csv", "--case", "id", "--missing", "wrong", code=3)
    assert wrong["pairs"][0]["n"] == 4


def test_where_less_is_better_the_smaller_score_wins(tmp_path: Path) -> None:
    path = paired(tmp_path / "s.csv", [[20 + n % 3 for n in range(40)], [10 + n % 4 for n in range(40)]])
    assert said("--csv", path, "--case", "id")["winner"] == "first"
    fewer = said("--csv", path, "--case", "id", "--lower-is-better")
    assert (fewer["winner"], fewer["metrics"]["score"]["higher_is_better"]) == ("second", False)
    differences = [10 + n % 4 - 20 - n % 3 for n in range(40)]
    assert fewer["pairs"][0]["p"] == pytest.approx(permutation(differences))


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ("", "There is nothing to compare: no score was found."),
        ("1,a,1\n2,a,0\n", "There is only one variant, a: a comparison takes two."),
        ("1,a,\n1,b,nan\n", "There is nothing to compare: no score was found."),
        ("1,a,1\n1,b,0\n", "No clear difference between a and b yet: a is ahead by 100.0 points (95 % interval −"),
        ("1,a,3\n1,b,3\n2,a,3\n2,b,3\n", "a and b gave the same result on both cases, so nothing tells them apart."),
        ("1,a,3\n2,b,4\n", "Nothing can be said yet: no case has a score under both a and b."),
        ("1,a,3\n1,b,4\n", "No clear difference between a and b yet: b is ahead by 1.00 (n = 1)."),
    ],
    ids=["no row", "one variant", "all missing", "one case", "all ties", "no case in both", "one case without limits"],
)
def test_where_nothing_can_be_told_a_sentence_says_so(tmp_path: Path, rows: str, verdict: str) -> None:
    data = said("--csv", file(tmp_path / "s.csv", f"id,variant,score\n{rows}"), "--case", "id", code=3)
    assert data["verdict"].startswith(verdict)
    assert (data["outcome"], data["winner"]) == ("undecided", None)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("id,variant,score\n1,a,1\n1,b,good\n", "bad.csv, line 3: column 'score': 'good' is not a score", "Write a number"),
        ("id,variant,score\n1,a,1e999\n", "bad.csv, line 2: column 'score': '1e999' is too large", "finite"),
        ("id,variant,score\n1,,1\n", "bad.csv, line 2: column 'variant' is empty", "Name the variant"),
        ("id,variant,score\n1,a,1\n1,b\n", "bad.csv, line 3: this row has 2 cells where the header has 3", "Mend it"),
        ('id,variant,score\n1,"a,1\n', "bad.csv: line 2: a quote opens here and is never closed", "Close it"),
        ("case,variant,value\n1,a,1\n", "bad.csv, line 1: there is no column 'score' for the score", "Columns are case, variant, value"),
        ("", "bad.csv: is empty", "header"),
        ("id,variant,score\n" + "".join(f"1,v{n},1\n" for n in range(60)), "line 52: column 'variant' names more than 50", "--variant"),
    ],
)
def test_what_cannot_be_read_names_file_line_column_and_remedy(tmp_path: Path, text: str, place: str, hint: str) -> None:
    error = refused("--csv", file(tmp_path / "bad.csv", text), "--case", "id")
    assert place in str(error)
    assert hint in error.hint


def test_files_that_are_not_there_or_no_text(tmp_path: Path) -> None:
    assert "no such file" in str(refused("--csv", tmp_path / "none.csv"))
    assert "is not a file" in str(refused("--csv", tmp_path))
    (tmp_path / "b.csv").write_bytes(bytes(range(256)) * 20)
    assert "is not a text file" in str(refused("--csv", tmp_path / "b.csv"))
    assert "cannot be two things" in str(refused("--csv", file(tmp_path / "s.csv", "a,b\n1,1\n"), "--variant", "a", "--score", "a"))
    assert "write 0.03 for 3 points" in refused("--csv", tmp_path / "s.csv", "--variant", "a", "--score", "b", "--margin", "3").hint
    assert "no variant 'x'" in str(refused("--csv", file(tmp_path / "t.csv", "variant,score\na,1\nb,0\n"), "--baseline", "x"))


def test_errors_leave_stdout_empty_and_exit_with_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from workbench.cli import main; main()", "compare", "--csv", str(tmp_path / "none.csv"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")


def test_usage_is_told_apart_from_errors(tmp_path: Path) -> None:
    path = file(tmp_path / "s.csv", "variant,score\na,1\nb,0\n")
    for wrong in (
        (),
        ("r", "--csv", path),
        ("r", "--case", "id"),
        ("--csv", path, "--margin", "0"),
        ("--csv", path, "--level", "2"),
        ("--csv", path, "--level", "0.5", "--margin", "0.1"),
    ):
        assert command(*wrong).exit_code == 2, wrong
    assert command("--csv", path, "--lower-is-better", "--missing", "wrong").exit_code == 2


def test_names_from_a_file_never_steer_the_terminal(tmp_path: Path) -> None:
    path = file(tmp_path / "s.csv", "id,variant,score\n" + "".join(f"{n},\x1b[31mred,1\n{n},b,0\n" for n in range(20)))
    result = command("--csv", path, "--case", "id")
    assert (result.exit_code, "\x1b" in result.stdout, "red is better than b" in result.stdout) == (0, False, True)


def test_a_variant_without_scores_has_no_place(tmp_path: Path) -> None:
    path = file(tmp_path / "s.csv", "id,variant,score\n" + "".join(f"{n},a,1\n{n},b,0\n{n},c,\n" for n in range(20)))
    result = command("--csv", path, "--case", "id")
    assert result.stdout.startswith("a is better than b by 100.0 points (95 % interval 67.8 to 100.0, n = 20); c has no score.")
    assert any(line.split()[:4] == ["Score", "no", "score", "c"] for line in result.stdout.splitlines())


def test_ties_are_marked_and_stand_by_place_and_mean(tmp_path: Path) -> None:
    rows = [[0] * 40, [1] * 30 + [0] * 10, [1] * 31 + [0] * 9]
    shown = command("--csv", paired(tmp_path / "s.csv", rows, ("a", "b", "c")), "--case", "id").stdout
    assert [line.split()[1:3] for line in shown.splitlines() if line.startswith("Score ")] == [["1=", "c"], ["1=", "b"], ["3", "a"]]


def test_a_run_at_work_is_said_to_be_so_first() -> None:
    about = {"state": "running", "cells": 360, "done": 125}
    shown = told(compare_scores(["a", "b"], right_or_wrong(60, 10, 24, 26), about=about))
    assert shown.startswith("Still running: 125 of 360 cells.\n\nb is better than a by 11.7 points")


def test_with_a_baseline_a_winner_is_one_for_scripts_too(tmp_path: Path) -> None:
    path = paired(tmp_path / "s.csv", [[0] * 40, [1] * 30 + [0] * 10, [1] * 31 + [0] * 9], ("a", "b", "c"))
    data = said("--csv", path, "--case", "id", "--baseline", "a", code=0)
    assert (data["outcome"], data["winner"]) == ("winner", "c")


def test_a_run_is_compared_by_its_id_or_as_the_latest(home: Path) -> None:
    target = store.current()
    runs.make(target, right_or_wrong(60, 10, 24, 26), names=["intent@1", "intent@2"])
    data = said("r")
    assert data == said("latest")
    assert (data["run_id"], data["winner"], data["metrics"]["cost_usd"]["outcome"]) == ("r", "intent@2", "undecided")
    assert len(data["pairs"]) == 5
    assert said("r", "--margin", "0.5")["outcome"] == "equivalent"
    assert said("r", "--baseline", "intent@2")["pairs"][0]["a"] == "intent@2"
    assert command("nothing", "--json").stdout == ""
    text = command("latest").stdout
    assert text.startswith("intent@2 is better than intent@1 by 11.7 points")
    assert "Method" in text


def test_where_there_is_no_run_the_latest_is_none(home: Path) -> None:
    result = command("latest")
    assert (result.exit_code, "There are no runs" in result.stderr) == (1, True)
