"""A misspelt query name is found before production, and a query that is used nowhere is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.chassis.testing.query_names import check


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "shipping"
    (root / "parcels" / "migrations").mkdir(parents=True)
    (root / "__init__.py").write_text("")
    (root / "parcels" / "parcels.sql").write_text(
        "-- name: load_parcels\n-- By key.\nSELECT 1;\n\n-- name: queue_lost\n-- Lost ones.\nSELECT 2;\n"
    )
    (root / "parcels" / "migrations" / "0001.sql").write_text("-- name: not_a_query\n")
    return root


def faults(package: Path, code: str) -> list[str]:
    (package / "handlers.py").write_text(code)
    return [fault.removeprefix(f"{package}/") for fault in check([package])]


USED = 'async def work(uow, kind):\n    await uow.fetch("load_parcels", [])\n    await uow.fetch(f"queue_{kind}")\n'


def test_names_that_exist_are_fine_also_where_they_are_put_together(package: Path) -> None:
    assert faults(package, USED) == []


@pytest.mark.parametrize(
    "line",
    [
        'await uow.fetch("load_parcel", [])',
        'await uow.fetchrow("load_parcel")',
        'await uow.write("load_parcel", rows)',
        'uow.append("load_parcel", row)',
        'await connection.fetchval(self.queries["load_parcel"])',
        'await uow.fetch("load_parcels" if kind else "load_parcel", [])',
        'Table(load="load_parcel", save="load_parcels")',
        'BackgroundWork("parcels", step, waiting="load_parcel", steps=())',
        'await page(uow, "load_parcel")',
    ],
)
def test_a_misspelt_name_is_found_with_its_line(package: Path, line: str) -> None:
    page = "async def page(db, query):\n    return await db.fetch(query)\n"
    (fault,) = faults(package, f"{USED}\nasync def more(uow, kind):\n    {line}\n\n{page}")
    assert fault.startswith("handlers.py:6: there is no query named 'load_parcel'")


def test_methods_of_lists_and_files_and_plain_sql_are_no_names(package: Path) -> None:
    assert (
        faults(package, USED + '    found.append("x")\n    file.write("y")\n    await uow.execute("SELECT 1")\n') == []
    )


def test_a_query_that_is_used_nowhere_is_named(package: Path) -> None:
    (fault,) = faults(package, 'async def work(uow):\n    await uow.fetch("load_parcels", [])\n')
    assert fault == "parcels/parcels.sql: the query 'queue_lost' is not used: remove it"
