"""The command line: `o2c`. Each command imports what it needs when it runs, so that help comes at once."""

from __future__ import annotations

import sys

import typer

from o2c.commands import backup, books, dead_letters, imports, running, specifications

app = typer.Typer(
    name="o2c",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""Order to cash: from a customer's order to money in the bank.

    Start with **o2c demo**: it plays months of business and checks the books. **o2c up** starts the five services for
    you to use; the other commands find them by themselves.""",
)

THE_STACK = "The stack"
BUSINESS = "Business"
THE_BOOKS = "The books"
OPERATIONS = "Operations"

app.command("up", rich_help_panel=THE_STACK)(running.up)
app.command("demo", rich_help_panel=THE_STACK)(running.demo)
app.command("run", rich_help_panel=THE_STACK)(running.run)
app.command("migrate", rich_help_panel=THE_STACK)(running.migrate)
app.command("clock", rich_help_panel=BUSINESS)(running.clock)
app.command("simulate", rich_help_panel=BUSINESS)(books.simulate)
app.command("replay", rich_help_panel=BUSINESS)(books.replay)
app.command("import", rich_help_panel=BUSINESS)(imports.import_files)
app.command("check", rich_help_panel=THE_BOOKS)(books.check)
app.command("aging", rich_help_panel=THE_BOOKS)(books.aging)
app.add_typer(dead_letters.commands, name="dead-letters", rich_help_panel=OPERATIONS)
app.command("backup", rich_help_panel=OPERATIONS)(backup.backup)
app.command("restore", rich_help_panel=OPERATIONS)(backup.restore)
app.command("token", rich_help_panel=OPERATIONS)(specifications.token)
app.command("asyncapi", rich_help_panel=OPERATIONS)(specifications.asyncapi)
app.command("openapi", rich_help_panel=OPERATIONS)(specifications.openapi)


def main() -> None:
    """The entry point: what a person can correct is shown as a sentence, without a traceback."""
    from o2c.commands.terminal import errors_as_sentences

    with errors_as_sentences():
        sys.exit(app())


if __name__ == "__main__":
    main()
