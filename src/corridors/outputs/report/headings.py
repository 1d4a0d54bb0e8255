"""Headings and fixed words of a report, in English and Russian."""

from __future__ import annotations

from corridors.errors import UsageError

LANGUAGES = ("en", "ru")

#: Key to English and Russian.
WORDS: dict[str, tuple[str, str]] = {
    # Sections
    "summary": ("The corridors side by side", "Коридоры рядом"),
    "map": ("Map", "Карта"),
    "where": ("Where the days and dollars go", "На что уходят дни и доллары"),
    "chances": ("Chances and plans", "Шансы и планирование"),
    "landed": ("Landed cost", "Стоимость с доставкой"),
    "way": ("Step by step: {name}", "По шагам: {name}"),
    "flags": ("Flags", "Правовые отметки"),
    "evidence": ("What the figures rest on", "На чём основаны цифры"),
    "method": ("How the figures are made", "Как получены цифры"),
    "conditions": ("What was applied, and what was not", "Что учтено и что не учтено"),
    "sources": ("Sources", "Источники"),
    "data": ("Data, licences and the command", "Данные, лицензии и команда"),
    # Columns
    "corridor": ("Corridor", "Коридор"),
    "days_range": ("Days (P10–P90)", "Дни (P10–P90)"),
    "usd_range": ("USD per {unit} (P10–P90)", "USD за {unit} (P10–P90)"),
    "co2e": ("t CO₂e", "т CO₂e"),
    "km": ("km", "км"),
    "borders": ("Borders", "Границы"),
    "gauge": ("Gauge", "Колея"),
    "lifts": ("Lifts", "Перевалки"),
    "countries": ("Countries", "Страны"),
    "total": ("Total", "Всего"),
    "step": ("Step", "Шаг"),
    "time": ("Time (P10–P90)", "Время (P10–P90)"),
    "usd": ("USD", "USD"),
    "paper": ("Document", "Документ"),
    "grade": ("Grade", "Класс"),
    "source": ("Source", "Источник"),
    "used_by": ("Used by", "Где использован"),
    "against": ("Faster / cheaper than", "Быстрее / дешевле, чем"),
    "plan": ("Days to plan with for {level}", "Сколько дней закладывать: {level}"),
    "days": ("Days", "Дни"),
    "freight": ("Freight", "Фрахт"),
    "insurance": ("Insurance", "Страхование"),
    "war_risk": ("War risk", "Военный риск"),
    "capital": ("Capital", "Капитал"),
    "landed_range": ("Landed USD (P10–P90)", "Итого USD (P10–P90)"),
    # Words
    "excluded": ("excluded", "исключён"),
    "infeasible": ("not possible", "невозможен"),
    "variant": ("Variant", "Вариант"),
    "via": ("Via", "Через"),
    "acting": ("Acting", "Действует"),
    "slow": ("P90 made by", "P90 создаёт"),
    "handovers": ("Changes of contract of carriage", "Смен договора перевозки"),
    "hidden": ("Transit without control", "Транзит без контроля"),
    "buffer": ("+{days} on the median", "+{days} к медиане"),
    "picture_map": (
        "Routes of the corridors; colour and label name the corridor, the pattern the mode",
        "Маршруты коридоров: цвет и подпись называют коридор, штрих вид транспорта",
    ),
    "picture_days": (
        "Days along the way, and what the mean days go into",
        "Дни по ходу пути и на что уходят средние дни",
    ),
    "picture_usd": (
        "Dollars along the way, and what the mean dollars go into",
        "Доллары по ходу пути и на что уходят средние доллары",
    ),
    "made_by": ("Made by", "Команда"),
    "long": (
        "Every step, source and licence: report.html",
        "Все шаги, источники и лицензии: report.html",
    ),
    # Causes of days, as in the table
    "run": ("run", "движение"),
    "border_time": ("border", "граница"),
    "gauge_time": ("gauge", "колея"),
    "dwell": ("dwell", "терминалы"),
    "ship wait": ("ship wait", "ожидание судна"),
    "sailing": ("sailing", "рейс"),
    "fill": ("fill", "накопление"),
    "container": ("container", "контейнер"),
    "other": ("other", "прочее"),
    # Modes and events
    "rail": ("Rail", "Железная дорога"),
    "road": ("Road", "Автодорога"),
    "ferry": ("Ferry", "Паром"),
    "sea": ("Sea", "Море"),
    # Grades
    "measured": ("measured", "измерено"),
    "published": ("published", "опубликовано"),
    "expert": ("expert", "эксперт"),
    "assumption": ("assumption", "допущение"),
    # Standing sentences
    "flag_note": (
        "Flags are no clearance: check goods, parties, carriers and insurance.",
        "Отметки не являются допуском: проверьте груз, стороны, перевозчиков и страхование.",
    ),
    "no_flags": ("No flag is known for these routes.", "Отметок по этим маршрутам не известно."),
    "method_time": (
        "Time and cost of a corridor are sums of expected values of legs and events. P10 and P90 "
        "(one in ten better, one in ten worse) come from draws that all corridors share; they do "
        "not add.",
        "Время и стоимость коридора складываются из ожидаемых значений участков и событий. P10 и "
        "P90 (лучше и хуже одного из десяти случаев) получены из общих для всех коридоров "
        "испытаний и не складываются.",
    ),
    "method_round": (
        "Days are rounded to the half day and dollars to 50; JSON, GeoJSON and the workbook hold "
        "them unrounded.",
        "Дни округлены до половины, доллары до 50; в JSON, GeoJSON и книге они не округлены.",
    ),
    "method_grade": (
        "Shares of the mean by grade. Measured: observed by a monitoring programme. Published: "
        "stated by an operator, an agency or the press. Expert: inferred from published facts. "
        "Assumption: judgement, no source found.",
        "Доли среднего по классам. Измерено: данные программы наблюдения. Опубликовано: названо "
        "оператором, ведомством или прессой. Эксперт: выведено из опубликованных фактов. "
        "Допущение: суждение, источника не найдено.",
    ),
    "method_objective": (
        "Variants of a corridor are ranked by: {objective}.",
        "Варианты коридора ранжированы по критерию: {objective}.",
    ),
    "balanced": (
        "cost plus {value} USD per container and day of time",
        "стоимость плюс {value} USD за контейнер и сутки",
    ),
    "by_time": ("time", "время"),
    "by_cost": ("cost", "стоимость"),
    "method_co2e": (
        "CO₂e is well-to-wheel.",
        "CO₂e: полный топливный цикл.",
    ),
    "method_status": (
        "Borders and names are no statement on status.",
        "Границы и названия не выражают позиции о статусе.",
    ),
    "english": (
        "",
        "Условия, отметки и названия источников приведены на языке данных.",
    ),
    "no_source": ("no source found: assumption", "источник не найден: допущение"),
    "normal": ("Normal operation.", "Обычная работа."),
    "links": (
        "Addresses of the sources: corridors evidence --format csv",
        "Адреса источников: corridors evidence --format csv",
    ),
}

EVENTS_RU = {
    "fill": "Накопление поезда",
    "border": "Граница",
    "gauge_change": "Смена колеи",
    "lift": "Перевалка",
    "wait": "Ожидание судна",
    "release": "Выдача в пункте назначения",
    "pickup": "Подача под погрузку",
    "delivery": "Доставка",
    "transshipment": "Перегрузка с судна на судно",
    "equipment": "Контейнерное оборудование",
    "passage": "Проход",
    "hold": "Ожидание открытия",
}
CORRIDORS_RU = {
    "northern": "Северный",
    "titr": "ТМТМ",
    "pakistan": "Пакистан",
    "southern": "Южный",
    "ocean": "Океан",
}


class Words:
    """The words of one language.

    Parameters
    ----------
    lang : {"en", "ru"}

    Raises
    ------
    UsageError
        Another language.

    Examples
    --------
    >>> Words("ru")("sources")
    'Источники'
    >>> Words("en")("way", name="TITR")
    'Step by step: TITR'
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise UsageError(f"no report in {lang!r}: choose from {', '.join(LANGUAGES)}")
        self.lang, self._place = lang, LANGUAGES.index(lang)

    def __call__(self, key: str, **parts: str) -> str:
        """The words of a key, with its parts put in once."""
        words = WORDS[key][self._place]
        for name, part in parts.items():
            words = words.replace("{" + name + "}", part)
        return words
