"""The sentences that say the finding, in Russian; the English ones are in ``wording``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridors.outputs import text, wording
from corridors.outputs.report.headings import CORRIDORS_RU

_UNITS = {
    "FEU": "один гружёный 40-футовый контейнер",
    "2x20": "два гружёных 20-футовых контейнера",
    "TEU": "один гружёный 20-футовый контейнер",
}
_OWNERSHIP = {"SOC": "контейнер отправителя", "COC": "контейнер перевозчика"}
_CLOCK = {
    "gate-in at the origin terminal": "от завоза на терминал отправления",
    "departure by road": "от выезда автомобиля",
    "collection from the shipper": "от погрузки у отправителя",
    "ready for collection at the destination terminal": "до готовности к выдаче на терминале",
    "arrival by road": "до прибытия автомобиля",
    "delivery to the consignee": "до доставки получателю",
}
_DIRECTIONS = {"westbound": "на запад", "eastbound": "на восток"}
_PAPERS = {
    "SMGS consignment note": "накладная СМГС",
    "CIM consignment note": "накладная ЦИМ",
    "CMR consignment note, TIR carnet outside the EU": "накладная CMR, вне ЕС книжка МДП",
    "bill of lading (carrier's or FIATA)": "коносамент (перевозчика или FIATA)",
    "SMGS consignment note for wagons; bill of lading or CMR for boxes and trucks": (
        "накладная СМГС для вагонов; коносамент или CMR для контейнеров и автомобилей"
    ),
    "national consignment note": "внутренняя накладная",
}
_STEPS = (
    ("waiting for a full train at", "накопление поезда:"),
    ("waiting for a ship at", "ожидание судна:"),
    ("waiting for the reopening at", "ожидание открытия:"),
    ("gauge change at", "смена колеи:"),
    ("dwell at", "простой на терминале:"),
    ("transshipment at", "перегрузка:"),
    ("release at", "выдача:"),
    ("passage at", "проход:"),
    ("border", "граница:"),
    ("rail", "железная дорога:"),
    ("road", "автодорога:"),
    ("ferry", "паром:"),
    ("sea", "море:"),
)


def names(options: Sequence[Mapping[str, Any]]) -> list[str]:
    """A short name for each option.

    Examples
    --------
    >>> names([{"corridor": "titr"}, {"corridor": None}])
    ['ТМТМ', 'Вариант 2']
    """
    ids = [option["corridor"] for option in options]
    out = []
    for number, (given, short) in enumerate(zip(ids, wording.names(options), strict=True), start=1):
        if given is None:
            out.append(f"Вариант {number}")
        elif ids.count(given) > 1:
            out.append(short)
        else:
            out.append(CORRIDORS_RU.get(given, short))
    return out


def title(document: Mapping[str, Any]) -> str:
    """Origin to destination.

    Examples
    --------
    >>> title({"shipment": {"origin": {"name": "Сиань"}, "destination": {"name": "Дуйсбург"}}})
    'Сиань – Дуйсбург'
    """
    ends = document["shipment"]
    return " – ".join(
        text.clean(ends[end].get("name") or ends[end].get("id") or "?")
        for end in ("origin", "destination")
    )


def headline(document: Mapping[str, Any]) -> str:
    """The finding, never stronger than the ranges allow.

    Examples
    --------
    >>> headline({"options": [], "shipment": {}})
    'Ни один коридор не подходит'
    """
    options = wording.usable(document)
    if not options:
        return "Ни один коридор не подходит"
    labels = names(options)
    parts = []
    for key, word, write, unit in (
        ("time_days", "Быстрее", text.days, " дн."),
        ("cost_usd", "Дешевле", text.usd, ""),
    ):
        best = min(range(len(options)), key=lambda i: float(options[i][key]["mean"]))
        others = [o for o in options if o is not options[best]]
        clear = all(options[best][key]["p90"] < o[key]["p10"] for o in others)
        figures = options[best][key]
        told = f"{labels[best]}, {write(figures['mean'])}{unit} ({wording.spread(figures, write)})"
        if not others:
            return f"Найден один путь: {told}, {text.usd(options[best]['cost_usd']['mean'])}"
        claim = "всех" if clear else "в среднем"
        parts.append(f"{word} {claim}: {told}{'' if clear else ', диапазоны пересекаются'}")
    return ". ".join(parts)


def scope(document: Mapping[str, Any]) -> str:
    """What one figure covers.

    Examples
    --------
    >>> scope({"shipment": {"unit": "TEU", "as_of": "2025-09-20"}})
    'Один гружёный 20-футовый контейнер · по состоянию на 2025-09-20'
    >>> scope({"shipment": {"unit": "TEU"}, "conditions": {"applied": ["Red Sea"]}})
    'Один гружёный 20-футовый контейнер · обычная работа, кроме: Red Sea'
    """
    s = document["shipment"]
    clock = [_CLOCK.get(str(s.get(key)), "") for key in ("clock_start", "clock_end")]
    parts = (
        _UNITS.get(str(s.get("unit")), text.clean(s.get("unit"))),
        "одиночный вагон" if s.get("booking") == "single" else "",
        _OWNERSHIP.get(str(s.get("ownership")), ""),
        " ".join(clock) if all(clock) else "",
        _DIRECTIONS.get(str(s.get("direction")), ""),
        f"цены {text.clean(s['price_month'])}" if s.get("price_month") else "",
        _date(s, (document.get("conditions") or {}).get("applied") or ()),
    )
    line = " · ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


def _date(shipment: Mapping[str, Any], applied: Sequence[str]) -> str:
    if shipment.get("as_of"):
        return f"по состоянию на {text.clean(shipment['as_of'])}"
    if shipment.get("depart"):
        return f"завоз на терминал {text.clean(shipment['depart'])}"
    if applied and list(applied) != ["normal operation"]:
        return f"обычная работа, кроме: {'; '.join(map(text.clean, applied))}"
    return "обычная работа"


def chances(document: Mapping[str, Any]) -> list[str]:
    """How often each option is fastest, cheapest and in time.

    Examples
    --------
    >>> chances({"options": [], "shipment": {}})
    []
    """
    options = wording.usable(document)
    labels = names(options)
    lines = []
    if len(options) > 1:
        for key, claim in (("p_fastest", "быстрейшим"), ("p_cheapest", "дешевейшим")):
            told = _told(
                (name, o.get(key) or 0.0)
                for name, o in zip(labels, options, strict=True)
                if (o.get(key) or 0.0) >= 0.01
            )
            if told:
                lines.append(f"Шанс быть {claim}: {told}")
    deadline = document["shipment"].get("deadline_days")
    if deadline is not None and options:
        told = ", ".join(
            f"{name} {text.percent(o['reliability']['p_meets_deadline'])}"
            for name, o in zip(labels, options, strict=True)
        )
        lines.append(f"Шанс доставки за {deadline:g} дн.: {told}")
    return lines


def _told(shares: Any) -> str:
    ranked = sorted(shares, key=lambda pair: -pair[1])
    return ", ".join(f"{name} {text.percent(share)}" for name, share in ranked)


def paper(said: str) -> str:
    """A document of carriage; one of a user's own keeps its name.

    Examples
    --------
    >>> paper("CIM consignment note")
    'накладная ЦИМ'
    """
    return _PAPERS.get(said, said)


def step(said: str) -> str:
    """A step as the document names it, its kind in Russian.

    Examples
    --------
    >>> step("border A–B")
    'граница: A–B'
    """
    for english, russian in _STEPS:
        if said.startswith(f"{english} "):
            return f"{russian} {said[len(english) + 1 :]}"
    return said
