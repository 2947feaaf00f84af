"""Templates made to exhaust time or memory are stopped, each with a sentence."""

import subprocess
import sys

import pytest

from tests.text import bombs
from workbench.errors import TemplateError


@pytest.mark.parametrize("name", bombs.BOMBS)
def test_a_jinja2_bomb_is_told_and_does_not_go_off(name: str) -> None:
    with pytest.raises(TemplateError) as caught:
        bombs.render("jinja2", bombs.BOMBS[name], {})
    assert caught.value.message


@pytest.mark.parametrize("name", bombs.MUSTACHE_BOMBS)
def test_a_mustache_bomb_is_told_and_does_not_go_off(name: str) -> None:
    source, values = bombs.MUSTACHE_BOMBS[name]
    with pytest.raises(TemplateError):
        bombs.render("mustache", source, values)


def test_all_bombs_together_hold_less_than_200_mb_and_none_takes_more_than_its_time() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.text.bombs"], capture_output=True, text=True, check=True)
    held_mb, cpu_s = done.stdout.split()
    assert int(held_mb) < 200
    assert float(cpu_s) < 4  # of the processor, not of the clock: the bound is 2 s of the clock, and one step more
