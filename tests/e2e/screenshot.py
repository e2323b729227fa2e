"""Takes the README's picture: `python -m tests.e2e.screenshot URL OUT.png` runs the first story and saves 1400x900."""

import argparse
import asyncio
from pathlib import Path

from tests.e2e.browser import missing, open_page

_COLOURING_MS = 1500


async def take(url: str, out: Path) -> None:
    """Write a picture of the page at *url* with the first tab's answer to *out*."""
    async with open_page(url, width=1400, height=900) as visit:
        await visit.run()
        await visit.answer.get_by_text('"data"').wait_for()
        # Monaco colours the text when it has time and tells nobody when it is done.
        await visit.page.wait_for_timeout(_COLOURING_MS)
        await visit.page.screenshot(path=out, animations="disabled", caret="hide")
        visit.assert_clean()


def main() -> None:
    """Read the command line."""
    command = argparse.ArgumentParser(prog="python -m tests.e2e.screenshot", description=__doc__)
    command.add_argument("url", help="the gateway's address, such as http://127.0.0.1:8000/graphql")
    command.add_argument("out", type=Path, help="the PNG file to write")
    given = command.parse_args()
    if reason := missing():
        command.exit(status=1, message=f"{reason}\n")
    asyncio.run(take(given.url, given.out))


if __name__ == "__main__":
    main()
