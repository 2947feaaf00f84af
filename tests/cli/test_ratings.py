"""`workbench ratings`, as a person types it."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.comparison.judged import different, run_of
from workbench import cli, store
from workbench.comparison import places, ratings
from workbench.comparison.ratings import LEFT, RIGHT
from workbench.errors import NotFound


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["ratings", *arguments])


@pytest.fixture
def rated(home: Path) -> str:
    """Twelve cases, of which two raters prefer B on eleven."""
    assert home.parent.is_dir()
    run_id = run_of(store.current(), different(2, 12))
    for place in places.of(store.current(), run_id).open:
        for rater in ("ann", "bob"):
            better = 0 if place.case_position == 0 else 1
            choice = LEFT if places.left_of(run_id, place, rater) == better else RIGHT
            ratings.rate(store.current(), run_id, rater, place, choice, note="=1+1")
    return run_id


def test_a_winner_is_printed_as_one_object_and_exit_code_0(rated: str) -> None:
    done = command(rated, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["winner"], said["ratings"], said["cases"]) == ("B", 24, 12)
    assert [(each["place"], each["variant"]) for each in said["ranking"]] == [(1, "B"), (2, "A")]
    assert [each["name"] for each in said["agreement"]] == ["cohen", "krippendorff"]


def test_people_read_a_sentence_a_table_and_how_far_raters_agree(rated: str) -> None:
    done = command(rated)
    assert done.exit_code == 0
    assert done.stdout.startswith("People prefer B over A: on 11 of 12 cases that prefer a side")
    assert "Agreement of 2 raters on 12 pairs of replies (cohen): 1.00" in done.stdout


def test_undecided_is_exit_code_3(home: Path) -> None:
    run_of(store.current(), different(2, 2))
    done = command("r")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (3, "Nothing has been rated yet.")


def test_latest_is_the_newest_run(rated: str) -> None:
    assert command("latest", "--json").stdout == command(rated, "--json").stdout


def test_latest_without_a_run_says_how_one_is_made(home: Path) -> None:
    done = command("latest")
    assert done.exit_code == 1
    assert "There are no runs." in done.stderr


def test_one_rating_is_counted_in_the_singular(home: Path) -> None:
    run_id = run_of(store.current(), different(3, 2))
    ratings.rate(store.current(), run_id, "ann", places.of(store.current(), run_id).open[0], LEFT)
    assert command(run_id).stdout.splitlines()[0].endswith("n = 1 rating.")


def test_every_rating_goes_into_a_file_or_onto_stdout(rated: str, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    assert command(rated, "--csv", str(file)).exit_code == 0
    rows = list(csv.DictReader(file.open(newline="")))
    assert len(rows) == 24
    assert {row["note"] for row in rows} == {"'=1+1"}
    assert command(rated, "--csv", "-").stdout.startswith(",".join(ratings.COLUMNS))


def test_a_run_that_is_not_there_leaves_no_file(home: Path, tmp_path: Path) -> None:
    done = command("nowhere", "--csv", str(tmp_path / "none.csv"))
    assert isinstance(done.exception, NotFound)
    assert not (tmp_path / "none.csv").exists()
