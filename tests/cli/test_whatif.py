"""``corridors whatif`` and ``corridors conditions``, and the options of dates and terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridors.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_table_names_what_changed_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(
        capsys, "whatif", "Xi'an", "Duisburg", "--scenario", "red-sea-2023", "--draws", "100"
    )
    assert (code, err) == (0, "")
    assert "Counterfactual, forced outside their dates: red-sea-2023" in out
    assert "suez before, cape after" in out
    assert all(len(line) <= 100 for line in out.splitlines() if not line.startswith("Again"))


def test_json_holds_both_answers(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "whatif", "Xi'an", "Duisburg", "--avoid", "RU", "--draws", "50", "--format", "json"
    )
    found = json.loads(out)
    assert code == 0
    assert found["schema"] == "corridors.whatif/1"
    assert found["before"]["schema"] == found["after"]["schema"] == "corridors.compare/1"
    assert [c["verdict"] for c in found["changes"] if c["corridor"] == "northern"] == ["lost"]


def test_nothing_left_is_exit_three(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "whatif", "Aktau", "Baku", "--avoid", "RU,IR,TM", "--scenario", "caspian-closed",
        "--draws", "50", "--corridor", "titr",
    )  # fmt: skip
    assert code == 3
    assert "lost" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--scenario", "red-sea"], "did you mean red-sea-2023"),
     (["--scenario", "none.yaml"], "none.yaml: cannot be read"),
     (["--as-of", "2026-13-01"], "no date"),
     (["--as-of", "2026-03-01", "--depart", "2026-03-01"], "exclude each other"),
     (["--price-month", "2024-7"], "no month"),
     (["--price-month", "1999-01"], "no price series"),
     ([], "nothing is changed")],
)  # fmt: skip
def test_wrong_input_is_one_line_and_exit_two(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    code, out, err = run(capsys, "whatif", "Xi'an", "Duisburg", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_conditions_lists_and_shows(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "conditions", "--format", "csv")
    assert code == 0
    assert "hormuz-2026" in out
    code, held, _ = run(capsys, "conditions", "--as-of", "2025-09-15", "--format", "csv")
    assert "poland-belarus-2025," in held
    assert "hormuz-2026" not in held
    code, shown, _ = run(capsys, "conditions", "hormuz-2026")
    assert "closes group gulf" in shown
    code, _, err = run(capsys, "conditions", "hormus-2026")
    assert code == 2
    assert "hormuz-2026" in err


def test_a_scenario_file_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "queue.yaml"
    path.write_text(
        "id: queue\ntitle: A queue of mine\nkind: disruption\ngrade: hypothetical\n"
        "effects:\n  - add_h: {event: border_h/rail/BY-PL, typ: 72}\n"
    )
    code, out, _ = run(
        capsys, "whatif", "Xi'an", "Duisburg", "--corridor", "northern", "--scenario", str(path),
        "--draws", "50", "--format", "json",
    )  # fmt: skip
    assert code == 0
    change = next(c for c in json.loads(out)["changes"] if c["corridor"] == "northern")
    assert change["days"] == pytest.approx(3, abs=0.01) or change["verdict"] == "rerouted"


def compare(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code, out, _ = run(
        capsys, "compare", "Xi'an", "Duisburg", "--draws", "400", "--format", "json", *words
    )
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def options(found: dict[str, Any]) -> dict[str, Any]:
    return {option["corridor"]: option for option in found["options"] if option["status"] == "ok"}


def test_deadline_gives_a_probability(capsys: pytest.CaptureFixture[str]) -> None:
    found = options(compare(capsys, "--depart", "2026-11-15", "--deadline", "25d"))
    chance = found["northern"]["reliability"]["p_meets_deadline"]
    assert 0.3 < chance < 1.0
    assert found["ocean"]["reliability"]["p_meets_deadline"] == 0.0
    code, out, _ = run(
        capsys, "compare", "Xi'an", "Duisburg", "--depart", "2026-11-15", "--deadline", "25d"
    )
    assert code == 0
    assert "Chance of being there within 25 days: Northern" in out


def test_buffers_rise_with_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    for option in options(compare(capsys)).values():
        levels = option["reliability"]["levels"]
        days = [row["days"] for row in levels]
        assert days == sorted(days)
        assert all(row["buffer_days"] > 0 for row in levels)
        assert levels[1]["days"] == pytest.approx(option["time_days"]["p90"])


def test_landed_cost_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    for option in options(compare(capsys, "--cargo-value", "200000")).values():
        landed = option["landed"]
        parts = sum(landed[part] for part in ("freight", "insurance", "war_risk", "capital"))
        assert landed["mean"] == pytest.approx(parts)
        assert landed["freight"] == pytest.approx(option["cost_usd"]["mean"])
        assert landed["p10"] < landed["p50"] < landed["p90"]


def test_terms_change_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    plain = options(compare(capsys))["northern"]
    single = options(compare(capsys, "--booking", "single"))["northern"]
    assert single["time_days"]["mean"] > plain["time_days"]["mean"] + 3
    two = options(compare(capsys, "--unit", "2x20"))["northern"]
    one = options(compare(capsys, "--unit", "TEU"))["northern"]
    assert one["cost_usd"]["mean"] < plain["cost_usd"]["mean"] < two["cost_usd"]["mean"]
    carrier = options(compare(capsys, "--ownership", "COC"))["northern"]
    assert carrier["cost_usd"]["mean"] != plain["cost_usd"]["mean"]


def test_prices_of_another_month_move_and_say_what_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain, found = compare(capsys), compare(capsys, "--price-month", "2024-07")
    assert found["shipment"]["price_month"] == "2024-07"
    assert any("prices of 2024-07" in line for line in found["conditions"]["applied"])
    dear, usual = (options(answer)["ocean"]["cost_usd"]["mean"] for answer in (found, plain))
    assert dear > 1.5 * usual


def test_duels_are_ordered_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    found = compare(capsys)
    usable = options(found)
    assert len(found["duels"]) == len(usable) * (len(usable) - 1)
    for duel in found["duels"]:
        back = next(
            d for d in found["duels"]
            if (d["corridor"], d["other"]) == (duel["other"], duel["corridor"])
        )  # fmt: skip
        assert duel["p_faster"] + back["p_faster"] <= 1.0
    assert sum(option["p_fastest"] for option in usable.values()) == pytest.approx(1.0, abs=0.01)


def test_capacity_is_told_before_and_after(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("whatif", "Xi'an", "Duisburg", "--avoid", "BY,RU", "--draws", "20")
    _, out, _ = run(capsys, *words, "--format", "json")
    found = {change["corridor"]: change for change in json.loads(out)["changes"]}
    assert found["northern"]["capacity_after"] is None
    assert found["northern"]["capacity_before"]["teu_week"] > 0
    # Nobody publishes what all ships together take: unknown, and not without a limit.
    assert found["ocean"]["capacity_after"]["teu_week"] is None
    titr = found["titr"]["capacity_after"]
    assert 0 < titr["doors_known"] <= titr["doors"]
    _, table, _ = run(capsys, *words)
    assert "at the tightest known door" in table
    (ocean,) = [line for line in table.splitlines() if line.startswith("Ocean  ") and "of" in line]
    assert ocean.split()[1:3] == ["unknown", "unknown"]
    _, rows, _ = run(capsys, *words, "--format", "csv")
    assert "capacity_before_teu_week,capacity_before_door,capacity_after_teu_week" in rows


def test_a_ban_of_goods_says_so_without_a_cargo(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("whatif", "Xi'an", "Duisburg", "--scenario", "russia-directive-1374@barred")
    _, out, _ = run(capsys, *words, "--draws", "20")
    out = " ".join(out.split())
    assert "goods not known well enough: flagged, not shut" in out
    assert "Flag: RU: shut to goods of HS 84, 85" in out
    _, out, _ = run(capsys, *words, "--draws", "20", "--cargo", "8471")
    assert "Northern: lost" in out


def test_levels_are_shown_together(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "conditions", "pakistan-ports")
    assert code == 0
    for level in ("surcharge", "feeder-only", "closed"):
        assert f"(pakistan-ports@{level})" in out
    code, out, _ = run(capsys, "conditions", "pakistan-ports@closed")
    assert "feeder-only)" not in out
    code, _, err = run(capsys, "conditions", "pakistan-ports@shut")
    assert code == 2
    assert "name one of pakistan-ports@surcharge" in err
