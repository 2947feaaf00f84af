"""The reference of every command as Markdown, printed by the program: `python -m workbench.cli.reference > docs/cli.md`. Owns its form."""

from collections.abc import Iterator

import click

from workbench.cli import cli

_HEAD = """# Command line

Everything the pages do, for scripts. `--json` prints one JSON document on stdout and nothing else; errors, quotes and progress go to
stderr.
Exit codes: 0 yes, 1 error, 2 usage, 3 undecided, 4 no.
"""


def markdown() -> str:
    """The whole reference, ending in a newline."""
    context = click.Context(cli, info_name="workbench", terminal_width=100, **cli.context_settings)
    return "\n".join([_HEAD, *_sections(cli, context)])


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _sections(inner, click.Context(inner, info_name=name, parent=context, max_content_width=100, terminal_width=100))


if __name__ == "__main__":
    click.echo(markdown(), nl=False)
