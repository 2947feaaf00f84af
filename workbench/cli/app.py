"""`workbench app`: serve the pages."""

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8501, show_default=True, help="Port to serve on; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
@click.option(
    "--allow-network",
    is_flag=True,
    help="Serve on an address that other machines can reach. The pages have no password; the HTTP routes ask for a token.",
)
def app(port: int, host: str, no_browser: bool, allow_network: bool) -> None:
    """Serve the pages in the local browser until Ctrl-C."""
    from workbench.cli import output
    from workbench.server import launcher

    launcher.serve(host, port, open_browser=not no_browser, allow_network=allow_network, say=output.say)
