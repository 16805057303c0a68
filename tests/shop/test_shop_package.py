"""The Frictionless package of the committed tables is valid: types, constraints, keys."""

from __future__ import annotations

import json

import pytest

from workbook import data, paths

FOLDER = paths.root() / "datasets"
RESOURCES = json.loads((FOLDER / "datapackage.json").read_text())["resources"]
NAMES = [resource["name"] for resource in RESOURCES]
# Frictionless reads row by row: a minute for the events. Its share of them is checked; pandas
# checks the keys of all.
ROWS = 60_000


@pytest.fixture(scope="module")
def package() -> object:
    import frictionless

    return frictionless.Package(str(FOLDER / "datapackage.json"))


def without_links(package: object, name: str) -> object:
    resource = package.get_resource(name).to_copy()  # type: ignore[attr-defined]
    resource.schema.foreign_keys = []
    return resource


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_types_and_constraints_hold(package: object, name: str) -> None:
    report = without_links(package, name).validate(limit_rows=ROWS)  # type: ignore[attr-defined]
    said = [error.message for task in report.tasks for error in task.errors]
    assert report.valid, said[:3]


@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_a_broken_table(package: object, tmp_path: object) -> None:
    import frictionless

    text = (FOLDER / "orders.csv").read_text().replace("True", "perhaps", 1)
    broken = tmp_path / "orders.csv"  # type: ignore[operator]
    broken.write_text(text)
    schema = without_links(package, "orders").schema  # type: ignore[attr-defined]
    resource = frictionless.Resource(path="orders.csv", basepath=str(tmp_path), schema=schema)
    assert not resource.validate().valid


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_keys_are_unique_and_links_lead_somewhere(resource: dict[str, object]) -> None:
    table = data.load(str(resource["name"]))
    schema = resource["schema"]
    if key := schema.get("primaryKey"):
        assert not table.duplicated(key).any()
        assert table[key].notna().all().all()
    for link in schema.get("foreignKeys", []):
        [own], [other] = link["fields"], link["reference"]["fields"]
        there = data.load(link["reference"]["resource"])[other]
        assert table[own].dropna().isin(there).all(), f"{own} to {link['reference']}"


def test_every_table_loads_in_the_kind_its_schema_says() -> None:
    kinds = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    for resource in RESOURCES:
        table = data.load(resource["name"])
        for field in resource["schema"]["fields"]:
            values = table[field["name"]]
            if values.notna().any():
                kind = kinds.get(field["type"], "datetime")
                assert str(values.dtype).startswith(kind), (resource["name"], field["name"])


def test_the_log_and_its_orders_belong_together() -> None:
    events, orders = data.load("events"), data.load("orders")
    bought = events.loc[events["event"] == "purchase", ["transaction_id", "session", "value"]]
    both = bought.merge(orders, left_on="transaction_id", right_on="order_id")
    assert len(both) == len(orders) == len(bought)
    assert (both["session_x"] == both["session_y"]).all()
    assert (both["value_x"] == both["value_y"]).all()
