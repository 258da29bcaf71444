"""`o2c simulate`, `replay`, `check` and `aging`: business on a running stack, and the state of the books."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from o2c.commands.options import AsJson, AsOf, Stack, day
from o2c.commands.running import Months, Seed
from o2c.commands.terminal import console, run_to_end


def simulate(
    months: Months = 1,
    seed: Seed = 1,
    start: Annotated[
        date | None,
        typer.Option(
            "--from", parser=day, metavar="YYYY-MM-DD", help="The first day. Without it: after the last one played."
        ),
    ] = None,
    stack: Stack = None,
) -> None:
    """Play months of simulated business on the running stack, after what was played before."""
    from o2c.demo.play import play
    from o2c.stack.description import find_stack

    sys.exit(run_to_end(play(find_stack(stack), months, seed, console(), start)))


def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Past invoices and payments, as CSV.")],
    stack: Stack = None,
) -> None:
    """Play a company's own past on the running stack: its invoices and payments, day by day."""
    from o2c.history.replay import replay as play_again
    from o2c.stack.description import find_stack

    sys.exit(run_to_end(play_again(find_stack(stack), file, console())))


def check(
    as_of: AsOf = None,
    digest: Annotated[
        bool, typer.Option("--digest", help="Print only a digest of the books: the same from the same business.")
    ] = False,
    as_json: AsJson = False,
    metrics_file: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write what was found there as well, as Prometheus metrics (*.prom)."),
    ] = None,
    stack: Stack = None,
) -> None:
    """Check that the books agree: each invariant with both of its sides. Exits with 1 on a difference."""
    from o2c.books import check as books
    from o2c.stack.description import find_stack

    found = find_stack(stack)
    if digest:
        typer.echo(asyncio.run(books.digest(found.databases)))
        return
    report = asyncio.run(books.check_books(found.databases, found.kafka_bootstrap_servers, as_of))
    if metrics_file is not None:
        from o2c.books.textfile import write_metrics

        write_metrics(report, metrics_file)
    if as_json:
        console().print_json(data=report.as_dict())
    else:
        report.print(console())
    sys.exit(0 if report.agree else 1)


def aging(
    as_of: AsOf = None,
    customer: Annotated[str | None, typer.Option(help="Only this customer, with each open item.")] = None,
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Show what is owed, by how long it is overdue, as of any day."""
    from o2c.books.aging import NoBusinessDay
    from o2c.books.aging import aging as age
    from o2c.stack import StackError
    from o2c.stack.description import find_stack

    try:
        report = asyncio.run(age(find_stack(stack).databases["analytics"], as_of, customer))
    except NoBusinessDay as error:
        raise StackError(str(error)) from None
    if as_json:
        console().print_json(data=report.as_dict())
    else:
        report.print(console())
