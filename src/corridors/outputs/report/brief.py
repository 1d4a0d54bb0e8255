"""The content of a report: every figure worded once, for all forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corridors.outputs import basemap, text, wording
from corridors.outputs.colours import style_of
from corridors.outputs.profile_page import has_profile
from corridors.outputs.profile_steps import UNITS
from corridors.outputs.report import russian
from corridors.outputs.report.content import Brief, Figure, Grid, Lines, Section
from corridors.outputs.report.headings import CORRIDORS_RU, EVENTS_RU, Words
from corridors.outputs.waterfall import parts_of

Document = Mapping[str, Any]
Option = Mapping[str, Any]
GRADES = ("measured", "published", "expert", "assumption")
_CAUSES = {"border": "border_time", "gauge": "gauge_time"}


def brief(document: Document, lang: str = "en") -> Brief:
    """Word a compare or route document as a report.

    Parameters
    ----------
    document : mapping
        The JSON document of ``corridors compare`` or ``corridors route``.
    lang : {"en", "ru"}
        Language of headings, columns and the sentences that say the finding.

    Returns
    -------
    Brief

    Raises
    ------
    UsageError
        Another language.

    Examples
    --------
    >>> place = {"name": "A", "lon": 60.0, "lat": 45.0}
    >>> nothing = {"options": [], "shipment": {"origin": place, "destination": place}}
    >>> brief(nothing).headline
    'No corridor can serve this shipment'
    """
    return _Writer(document, Words(lang)).write()


class _Writer:
    def __init__(self, document: Document, words: Words) -> None:
        self.document, self.words = document, words
        self.options = wording.usable(document)
        self.russian = words.lang == "ru"
        self.names = (russian if self.russian else wording).names(self.options)
        self.named = list(zip(self.names, self.options, strict=True))

    def write(self) -> Brief:
        said = russian if self.russian else wording
        made = (
            self._summary(),
            self._picture("map", "map") if self.options else None,
            self._chances(said.chances(self.document)),
            self._landed(),
            self._flags(),
            self._evidence(),
            self._where(),
            *self._ways(),
            self._method(),
            self._conditions(),
            self._sources(),
            self._data(),
        )
        return Brief(
            lang=self.words.lang,
            title=said.title(self.document),
            headline=said.headline(self.document),
            scope=russian.scope(self.document)
            if self.russian
            else wording.scope_on_map(self.document),
            sections=tuple(section for section in made if section and section.blocks),
        )

    def _section(self, key: str, *blocks: Any, heading: str = "") -> Section:
        return Section(key, heading or self.words(key), tuple(b for b in blocks if b is not None))

    def _grid(
        self, key: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *words: int
    ) -> Grid | None:
        if not rows:
            return None
        return Grid(self.words(key), tuple(heads), tuple(map(tuple, rows)), (0, *words))

    def _mean_range(self, figures: Mapping[str, float], write: Any) -> str:
        return f"{write(figures['mean'])} ({wording.spread(figures, write)})"

    # Sections ----------------------------------------------------------------------------

    def _summary(self) -> Section:
        words = self.words
        unit = text.clean(self.document["shipment"].get("unit")) or "FEU"
        heads = [words(key) for key in ("corridor", "days_range")]
        heads += [words("usd_range", unit=unit)]
        heads += [words(key) for key in ("co2e", "km", "borders", "gauge", "lifts", "countries")]
        rows = [
            (
                name,
                self._mean_range(option["time_days"], text.days),
                self._mean_range(option["cost_usd"], text.usd),
                text.tonnes(option["co2e_kg"]["typ"]),
                text.thousands(option["distance_km"]),
                str(len(option["border_crossings"])),
                str(len(option["gauge_changes"])),
                str(len(option["transshipments"])),
                " ".join(text.clean(code) for code in option["countries"]),
            )
            for name, option in self.named
        ]
        closed = tuple(
            f"{self._closed_name(option)}: {words(option['status'])}. {wording.why_not(option)}"
            for option in self.document["options"]
            if option["status"] != "ok"
        )
        return self._section(
            "summary",
            self._grid("summary", heads, rows, 8),
            Lines(closed, "points") if closed else None,
        )

    def _closed_name(self, option: Option) -> str:
        short = text.clean(style_of(option["corridor"]).short)
        return CORRIDORS_RU.get(str(option["corridor"]), short) if self.russian else short

    def _picture(self, section: str, *pictures: str) -> Section:
        return self._section(
            section, *(Figure(name, self.words(f"picture_{name}")) for name in pictures)
        )

    def _where(self) -> Section | None:
        if not self.options:
            return None
        unit = UNITS["days"]
        found = [parts_of(option, unit) for option in self.options]
        causes = list(dict.fromkeys(cause for row in found for cause in row))
        order = ("run", "sailing", "border", "gauge", "dwell", "ship wait", "fill", "container")
        causes.sort(key=lambda cause: order.index(cause) if cause in order else len(order))
        rows = [
            (
                name,
                *(f"{row[cause]:.1f}" if cause in row else "–" for cause in causes),
                f"{option['time_days']['mean']:.1f}",
            )
            for (name, option), row in zip(self.named, found, strict=True)
        ]
        heads = [self.words(_CAUSES.get(cause, cause)) for cause in causes]
        drawn = has_profile(self.document)
        figures = self._picture("where", "days", "usd").blocks if drawn else ()
        grid = self._grid("where", [self.words("corridor"), *heads, self.words("total")], rows)
        return self._section("where", *figures, grid)

    def _chances(self, lines: Sequence[str]) -> Section:
        lines = [line if line.endswith(".") else f"{line}." for line in lines]
        return self._section(
            "chances", Lines(tuple(lines)) if lines else None, self._duels(), self._levels()
        )

    def _duels(self) -> Grid | None:
        """Corridor against corridor; free routes have no name to tell them by."""
        ids = [option["corridor"] for option in self.options]
        shares = {(row["corridor"], row["other"]): row for row in self.document.get("duels") or ()}
        if None in ids or len(set(ids)) < len(ids) or len(ids) < 2:
            return None
        rows = []
        for one, name in zip(ids, self.names, strict=True):
            cells = []
            for other in ids:
                row = shares.get((one, other))
                cells.append(
                    f"{text.percent(row['p_faster'])} / {text.percent(row['p_cheaper'])}"
                    if row
                    else "–"
                )
            rows.append((name, *cells))
        return self._grid("chances", (self.words("against"), *self.names), rows)

    def _levels(self) -> Grid | None:
        levels = [(option.get("reliability") or {}).get("levels") or [] for option in self.options]
        if not levels or not all(levels):
            return None
        heads = [
            self.words("plan", level=text.percent(float(level["level"]))) for level in levels[0]
        ]
        rows = [
            (
                name,
                *(
                    f"{text.days(level['days'])} "
                    f"({self.words('buffer', days=text.days(level['buffer_days']))})"
                    for level in found
                ),
            )
            for name, found in zip(self.names, levels, strict=True)
        ]
        return self._grid("chances", (self.words("corridor"), *heads), rows)

    def _landed(self) -> Section | None:
        keys = ("freight", "insurance", "war_risk", "capital")
        rows = [
            (
                name,
                *(text.usd(option["landed"][key]) for key in keys),
                self._mean_range(option["landed"], text.usd),
            )
            for name, option in self.named
            if option.get("landed")
        ]
        heads = [self.words(key) for key in ("corridor", *keys, "landed_range")]
        return self._section("landed", self._grid("landed", heads, rows)) if rows else None

    def _flags(self) -> Section:
        met: dict[str, list[str]] = {}
        for name, option in self.named:
            for flag in option.get("flags") or ():
                met.setdefault(_flag(flag), []).append(name)
        flags = tuple(f"{', '.join(dict.fromkeys(by))}: {flag}" for flag, by in met.items())
        found = Lines(flags, "points") if flags else Lines((self.words("no_flags"),))
        return self._section("flags", found, Lines((self.words("flag_note"),), "note"))

    def _evidence(self) -> Section:
        rows = []
        for name, option in self.named:
            shares = [
                [float((option.get("evidence") or {}).get(key, {}).get(g, 0.0)) for g in GRADES]
                for key in ("time", "cost")
            ]
            if all(sum(found) > 0 for found in shares):
                rows.append((name, *(f"{share:.0%}" for found in shares for share in found)))
        grades = [self.words(grade) for grade in GRADES]
        heads = [self.words("corridor")]
        heads += [f"{self.words(of)}: {grade}" for of in ("days", "usd") for grade in grades]
        return self._section(
            "evidence",
            self._grid("evidence", heads, rows),
            Lines((self.words("method_grade"),), "note") if rows else None,
        )

    # One corridor --------------------------------------------------------------------------

    def _ways(self) -> Iterator[Section]:
        for number, (name, option) in enumerate(self.named, start=1):
            yield self._section(
                f"way-{number}",
                Lines(tuple(self._facts(option)), "points"),
                self._steps(option),
                heading=self.words("way", name=name),
            )

    def _facts(self, option: Option) -> Iterator[str]:
        words = self.words
        if option.get("variant"):
            yield f"{words('variant')}: {text.clean(option['variant'])}"
        yield f"{words('via')}: {wording.via(option)}"
        yield f"{words('countries')}: {' '.join(text.clean(c) for c in option['countries'])}"
        if option.get("p90_made_by"):
            slow = text.clean(option["p90_made_by"])
            yield f"{words('slow')}: {russian.step(slow) if self.russian else slow}"
        if option.get("handovers") is not None:
            yield f"{words('handovers')}: {option['handovers']}"
        if option.get("adjustments"):
            acting = ", ".join(text.clean(name) for name in option["adjustments"])
            yield f"{words('acting')}: {acting}"
        hidden = [
            f"{text.clean(row['country'])} {text.thousands(row['km'])} {words('km')}"
            for row in option.get("transit_without_control") or ()
        ]
        if hidden:
            yield f"{words('hidden')}: {', '.join(hidden)}"

    def _steps(self, option: Option) -> Grid | None:
        parts = {part["id"]: part for part in (*option["legs"], *option["events"])}
        order = option.get("sequence") or list(parts)
        rows = [self._step(parts[step]) for step in order if step in parts]
        heads = ["", *(self.words(k) for k in ("step", "km", "time", "usd", "paper", "grade"))]
        rows.append(
            (
                "",
                self.words("total"),
                text.thousands(option["distance_km"]),
                f"{self._hours(option['time_days']['mean'] * 24)} "
                f"({wording.spread(option['time_days'], text.days)})",
                text.usd(option["cost_usd"]["mean"]),
                "",
                "",
            )
        )
        return self._grid("step", heads, rows, 1, 5, 6)

    def _hours(self, value: float) -> str:
        said = text.hours(value)
        return said.replace(" days", " дн.").replace(" h", " ч") if self.russian else said

    def _paper(self, said: str) -> str:
        return russian.paper(said) if self.russian else said

    def _step(self, part: Mapping[str, Any]) -> tuple[str, ...]:
        time = self._hours(float(part["hours"]))
        if "mode" in part:
            ends = " – ".join(text.clean(part[end]) for end in ("from", "to"))
            mode = str(part["mode"])
            kind = self.words(mode) if mode in wording.MODE_WORDS else text.clean(mode)
            what, km = f"{kind}: {ends}", text.thousands(part["distance_km"])
        else:
            words = EVENTS_RU if self.russian else wording.EVENT_WORDS
            kind = words.get(part["kind"], text.clean(part["kind"]))
            # A container belongs to no place: the document names its corridor there.
            place = "" if part["kind"] == "equipment" else text.clean(part["place"])
            what, km = f"{kind}: {place}" if place else kind, ""
            low, high = part.get("p10_hours"), part.get("p90_hours")
            if low is not None and high:
                time += f" ({self._hours(float(low))}–{self._hours(float(high))})"
        grade = str(part.get("grade") or "")
        return (
            text.clean(part["id"]),
            what,
            km,
            time,
            text.usd(float(part["cost_usd"])),
            self._paper(text.clean(part.get("document"))),
            self.words(grade) if grade in GRADES else text.clean(grade),
        )

    # Method and sources --------------------------------------------------------------------

    def _method(self) -> Section:
        words, shipment = self.words, self.document["shipment"]
        keys = ["method_time", "method_round", "method_co2e", "method_status"]
        lines = [words(key) for key in keys]
        objective = shipment.get("objective")
        if objective == "balanced" and shipment.get("value_of_time_usd_day") is not None:
            said = words("balanced", value=f"{shipment['value_of_time_usd_day']:g}")
            lines.insert(2, words("method_objective", objective=said))
        elif objective in ("time", "cost"):
            lines.insert(2, words("method_objective", objective=words(f"by_{objective}")))
        return self._section("method", Lines(tuple(lines), "points"))

    def _conditions(self) -> Section:
        lines = wording.condition_lines(self.document)
        applied = list((self.document.get("conditions") or {}).get("applied") or ())
        if applied == ["normal operation"]:
            lines.insert(0, self.words("normal"))
        forced = (self.document.get("conditions") or {}).get("counterfactual") or ()
        if forced:
            lines.append(f"Counterfactual: {'; '.join(text.clean(one) for one in forced)}.")
        return self._section("conditions", Lines(tuple(lines)) if lines else None)

    def _sources(self) -> Section:
        used: dict[str, dict[str, list[str]]] = {}
        for name, option in self.named:
            for part in (*option["legs"], *option["events"]):
                for source in filter(None, text.clean(part.get("source")).split("; ")):
                    if source == "assumption":
                        source = self.words("no_source")
                    used.setdefault(source, {}).setdefault(name, []).append(text.clean(part["id"]))
        rows = [
            (source, "; ".join(f"{name} {' '.join(ids)}" for name, ids in where.items()))
            for source, where in sorted(used.items())
        ]
        heads = [self.words("source"), self.words("used_by")]
        note = [self.words("links"), self.words("english")] if rows else []
        return self._section(
            "sources",
            self._grid("sources", heads, rows, 1),
            Lines(tuple(line for line in note if line), "note") if rows else None,
        )

    def _data(self) -> Section:
        lines = wording.sources(self.document, str(basemap.load("neutral")["note"]))
        command = text.clean(self.document.get("reproduce"))
        return self._section(
            "data", Lines(tuple(lines)), Lines((command,), "code") if command else None
        )


def _flag(flag: Any) -> str:
    if isinstance(flag, Mapping):
        return text.clean(flag.get("title") or flag.get("id") or flag)
    return text.clean(flag)
