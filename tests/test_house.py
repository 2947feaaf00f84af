"""The house as the plan draws it: imports point down, pages stay short, the library stays silent, the wheel holds all of it."""

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = sorted((ROOT / "workbench").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
WRITTEN = [path for path in LIBRARY + PAGES if "migrations" not in path.parts]
IN_THE_WHEEL = [
    "app.py",
    "pages/home.py",
    "pages/parts/__init__.py",
    "migrations/env.py",
    "migrations/versions/0001_first.py",
    "migrations/versions/0002_ratings.py",
    "migrations/versions/0003_spend.py",
    "migrations/versions/0004_watch.py",
    "migrations/versions/0005_handover.py",
    "data/demo/banking77.csv",
]
HEAVY = ["streamlit", "pandas", "sqlalchemy", "openai", "anthropic", "scipy", "numpy", "jinja2", "genai_prices", "tiktoken"]


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length in lines of every function of a file."""
    found = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


def test_imports_point_down() -> None:
    done = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_function_is_longer_than_sixty_lines() -> None:
    assert [f"{path.relative_to(ROOT)}: {name}" for path in WRITTEN for name, length in functions(path) if length > 60] == []


def test_a_page_has_at_most_150_lines_and_the_menu_80() -> None:
    assert [str(path.relative_to(ROOT)) for path in PAGES if len(path.read_text().splitlines()) > 150] == []
    assert len((ROOT / "app.py").read_text().splitlines()) <= 80


def test_the_library_never_prints() -> None:
    speaking = [
        str(path.relative_to(ROOT))
        for path in LIBRARY
        if "cli" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        # A child process that answers its parent through a pipe names the pipe: print(..., file=...).
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and not node.keywords
    ]
    assert speaking == []


@pytest.mark.parametrize(
    "path", [path for path in LIBRARY + PAGES if "migrations" not in path.parts], ids=lambda p: str(p.relative_to(ROOT))
)
def test_every_module_says_what_it_owns(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text
    assert len(text) > 20


@pytest.mark.parametrize("heavy", HEAVY)
def test_help_imports_nothing_heavy(heavy: str) -> None:
    code = f"import sys; from workbench.cli import cli; cli.main(['-h'], standalone_mode=False); sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT).returncode == 0


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed, outside the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_pages_demo_and_migrations_under_app(installed: Path) -> None:
    inside = installed / "workbench" / "_app"
    for name in IN_THE_WHEEL:
        assert (inside / name).is_file(), name
    assert not (installed / "workbench" / "store" / "migrations").exists()
    assert not (installed / "tests").exists()


def test_the_installed_program_opens_a_store_and_finds_its_pages(installed: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(installed), "WORKBENCH_HOME": str(tmp_path / "home")}
    env.pop("WORKBENCH_DATABASE_URL", None)
    code = (
        "import json, workbench; from workbench import settings, store; store.current(); "
        "print(json.dumps([workbench.__file__, str(settings.app_root()), str(settings.load().home)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    package, root, home = json.loads(done.stdout)
    assert Path(package).is_relative_to(installed)
    assert (Path(root) / "app.py").is_file()
    assert (Path(home) / "workbench.db").is_file()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert "make test" in (ROOT / ".ci" / "run").read_text()
