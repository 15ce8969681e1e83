"""A diagnosis in words, made from the numbers by stated rules.

Each finding carries its sentence in English and Polish, the rule that made it and the figures it
rests on. Where the article argues too strongly, the rule is the corrected one and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import pandas as pd

from analysis.base.numbers import decimal, listed, percent
from analysis.base.periods import quarter_days, quarter_label
from analysis.efficiency.dynamics import Values, quotient, trend, turnover_split
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import (
    QUARTERS_PER_YEAR,
    CapitalCost,
    days,
    indicator,
    indicator_table,
    series,
)


@dataclass(frozen=True)
class Finding:
    """One sentence of the diagnosis.

    Attributes
    ----------
    rule_id : str
        Key of the rule.
    text : Text
        The sentence, English and Polish.
    rule : Text
        When it is said and how its figures are made.
    figures : tuple
        (name, quarter label, exact value) of every figure in it.
    correction : Text or None
        What the article's own argument for such a sentence gets wrong.
    """

    rule_id: str
    text: Text
    rule: Text
    figures: tuple[tuple[str, str, Fraction], ...]
    correction: Text | None = None


@dataclass(frozen=True)
class Subject:
    """What a rule looks at: a company's statements and indicators (closing, not annualised).

    ``cost`` is what the table's economic value added charges for capital, if anything.
    """

    statements: Book
    table: pd.DataFrame
    cost: CapitalCost | None = None
    found: dict[str, dict[int, Fraction | None]] = field(default_factory=dict)

    @property
    def quarters(self) -> list[int]:
        """Quarter indices in order."""
        return list(self.statements)

    def values(self, name: str) -> dict[int, Fraction]:
        """Return an indicator where it is defined."""
        if name not in self.found:
            self.found[name] = series(self.table, name)
        return {q: v for q, v in self.found[name].items() if v is not None}

    def complete(self, *names: str) -> bool:
        """Whether indicators are defined in every quarter."""
        return all(len(self.values(name)) == len(self.statements) for name in names)

    def column(self, *names: str) -> dict[int, Fraction]:
        """Return a sum of columns by quarter."""
        return {
            q: Fraction(sum(amounts[n] for n in names)) for q, amounts in self.statements.items()
        }


def figures(
    name: str, values: dict[int, Fraction], chosen: list[int] | None = None
) -> tuple[tuple[str, str, Fraction], ...]:
    """Record the figures of a sentence."""
    return tuple((name, quarter_label(q), values[q]) for q in (chosen or list(values)))


def trend_words(values: Values) -> tuple[Text, Text] | None:
    """Say where a trend goes and whether that is more than chance; None without a trend."""
    found = trend(values)
    if found is None:
        return None
    direction = {"rises": RISES, "falls": FALLS, "stays": STAYS}[found.direction]
    certain = (
        Text(
            "(95% interval of the slope without zero)",
            "(95-procentowy przedział nachylenia bez zera)",
        )
        if found.certain
        else Text(
            "(chance alone could do it: the 95% interval of the slope holds zero)",
            "(może to być przypadek: 95-procentowy przedział nachylenia zawiera zero)",
        )
    )
    return direction, certain


def trend_finding(
    subject: Subject, names: tuple[str, ...], unit: Callable[..., Text]
) -> list[Finding]:
    """Say how indicators move over the quarters, one sentence each."""
    made = []
    for name in names:
        values = subject.values(name)
        words = trend_words(values) if subject.complete(name) else None
        if words is None:
            continue
        record, first, last = indicator(name), min(values), max(values)
        made.append(
            Finding(
                f"trend-{name}",
                fill(
                    Text(
                        "{name} {moves} over the quarters, from {first} to {last} {certain}.",
                        "{name}: trend {moves}, od {first} do {last} {certain}.",
                    ),
                    name=Text(record.english, record.polish),
                    moves=words[0],
                    first=unit(values[first]),
                    last=unit(values[last]),
                    certain=words[1],
                ),
                Text(
                    "sign of the least-squares slope over all quarters; interval by t with n − 2 "
                    "degrees of freedom",
                    "znak nachylenia prostej najmniejszych kwadratów; przedział t o n − 2 "
                    "stopniach swobody",
                ),
                figures(name, values),
            )
        )
    return made


def by_sign(values: dict[int, Fraction]) -> tuple[list[int], list[int]]:
    """Return the quarters above zero and those below."""
    return [q for q, v in values.items() if v > 0], [q for q, v in values.items() if v < 0]


def told(values: dict[int, Fraction], chosen: list[int], unit: Callable[..., Text]) -> Text:
    """Write the values of chosen quarters."""
    return each([unit(values[q]) for q in chosen])


_ROMAN: Final = ("I", "II", "III", "IV")
_NARROW: Final = "\u00a0"


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    english: str
    polish: str

    def __add__(self, other: Text) -> Text:
        return Text(f"{self.english} {other.english}", f"{self.polish} {other.polish}")


def fill(text: Text, **parts: Text | str) -> Text:
    """Put parts into the braces of a text, each in its language."""

    def one(language: str) -> dict[str, str]:
        return {
            name: part if isinstance(part, str) else str(getattr(part, language))
            for name, part in parts.items()
        }

    return Text(text.english.format(**one("english")), text.polish.format(**one("polish")))


def _polish(shown: str) -> str:
    return shown.replace(",", _NARROW).replace(".", ",")


def amount(value: Fraction | int) -> Text:
    """Write an amount in the statement's unit, without decimals."""
    shown = decimal(0)(Fraction(value))
    return Text(shown, _polish(shown))


def share(value: Fraction, places: int = 1) -> Text:
    """Write a share in per cent."""
    shown = percent(places)(value)
    return Text(shown, _polish(shown))


def number(value: Fraction, places: int = 2) -> Text:
    """Write a plain number."""
    shown = decimal(places)(value)
    return Text(shown, _polish(shown))


def quarters(indices: Iterable[int]) -> Text:
    """Name quarters: ``Q1 and Q2``; ``I i II kwartale``; with years if there are several."""
    chosen = list(indices)
    several = len({index // 4 for index in chosen}) > 1
    years = [f" {index // 4}" if several else "" for index in chosen]
    english = [f"Q{q % 4 + 1}{year}" for q, year in zip(chosen, years, strict=True)]
    polish = [f"{_ROMAN[q % 4]}{year}" for q, year in zip(chosen, years, strict=True)]
    return Text(listed(english, "and"), listed(polish, "i") + " kwartale")


def each(values: Sequence[Text]) -> Text:
    """List values in the order of their quarters."""
    return Text(listed([v.english for v in values], "and"), listed([v.polish for v in values], "i"))


RISES: Final = Text("rises", "rosnący")
FALLS: Final = Text("falls", "malejący")
STAYS: Final = Text("stays", "płaski")
"""Directions of a trend."""


def loss_on_sales(subject: Subject) -> list[Finding]:
    """Indirect costs above gross profit."""
    profit = subject.values("K2")
    _, bad = by_sign(profit)
    if not bad:
        return []
    gross, indirect = subject.values("K1"), subject.column("selling", "admin")
    return [
        Finding(
            "loss-on-sales",
            fill(
                Text(
                    "Indirect costs of {indirect} exceed gross profit of {gross} in {when}: a loss "
                    "on sales of {loss}.",
                    "Koszty pośrednie {indirect} przewyższają marżę brutto {gross} w {when}: "
                    "strata na sprzedaży {loss}.",
                ),
                indirect=told(indirect, bad, amount),
                gross=told(gross, bad, amount),
                when=quarters(bad),
                loss=told({q: -v for q, v in profit.items()}, bad, amount),
            ),
            Text("said where K2 is below zero", "gdy K2 jest mniejsze od zera"),
            figures("K2", profit, bad) + figures("K1", gross, bad),
        )
    ]


def other_operations(subject: Subject) -> list[Finding]:
    """Other operations that rescue or hurt the operating result."""
    sales, operating = subject.values("K2"), subject.values("K3")
    other = {q: operating[q] - sales[q] for q in sales}
    good, bad = by_sign(other)
    made = []
    texts = (
        (
            good,
            1,
            Text(
                "Other operations add {amount} in {when}, lifting profit on sales of "
                "{from_} to operating profit of {to}.",
                "Pozostała działalność operacyjna dodaje {amount} w {when}: wynik na "
                "sprzedaży {from_}, wynik operacyjny {to}.",
            ),
        ),
        (
            bad,
            -1,
            Text(
                "Other operations take {amount} in {when}, from profit on sales of {from_} "
                "to operating profit of {to}.",
                "Pozostała działalność operacyjna zabiera {amount} w {when}: wynik na "
                "sprzedaży {from_}, wynik operacyjny {to}.",
            ),
        ),
    )
    for chosen, sign, text in texts:
        if chosen:
            made.append(
                Finding(
                    f"other-operations-{'add' if sign > 0 else 'take'}",
                    fill(
                        text,
                        amount=told({q: sign * v for q, v in other.items()}, chosen, amount),
                        when=quarters(chosen),
                        from_=told(sales, chosen, amount),
                        to=told(operating, chosen, amount),
                    ),
                    Text("sign of K3 − K2 by quarter", "znak K3 − K2 w kwartale"),
                    figures("K3 − K2", other, chosen),
                )
            )
    return made


def financial_result(subject: Subject) -> list[Finding]:
    """Financial costs against income, and what extraordinary gains make good of them."""
    operating, business, pretax = (subject.values(name) for name in ("K3", "K4", "K5"))
    lost = {q: operating[q] - business[q] for q in operating}
    chosen = by_sign(lost)[0]
    if not chosen:
        return []
    extra = {q: pretax[q] - business[q] for q in chosen}
    cover = {q: extra[q] / lost[q] for q in chosen}
    return [
        Finding(
            "financial-loss",
            fill(
                Text(
                    "Financial operations cost {lost} net in {when}; extraordinary items make good "
                    "{cover} of that.",
                    "Operacje finansowe kosztują netto {lost} w {when}; wyniki nadzwyczajne "
                    "pokrywają {cover} tej kwoty.",
                ),
                lost=told(lost, chosen, amount),
                when=quarters(chosen),
                cover=told(cover, chosen, share),
            ),
            Text(
                "said where K4 is below K3; cover is (K5 − K4) ÷ (K3 − K4)",
                "gdy K4 jest mniejsze od K3; pokrycie to (K5 − K4) ÷ (K3 − K4)",
            ),
            figures("K3 − K4", lost, chosen) + figures("cover", cover, chosen),
        )
    ]


def no_tax(subject: Subject) -> list[Finding]:
    """Net profit equal to pre-tax profit although it is above zero."""
    pretax, net = subject.values("K5"), subject.values("K6")
    chosen = [q for q in net if net[q] == pretax[q] > 0]
    if not chosen:
        return []
    return [
        Finding(
            "no-tax",
            fill(
                Text(
                    "Net profit equals pre-tax profit of {profit} in {when}: no tax is shown on a "
                    "profit, which calls for an explanation.",
                    "Zysk netto równa się zyskowi brutto {profit} w {when}: brak podatku od zysku "
                    "wymaga wyjaśnienia.",
                ),
                profit=told(net, chosen, amount),
                when=quarters(chosen),
            ),
            Text("said where K6 = K5 > 0", "gdy K6 = K5 > 0"),
            figures("K6", net, chosen),
        )
    ]


def profit_trends(subject: Subject) -> list[Finding]:
    """Where each level of profit goes."""
    return trend_finding(subject, ("K1", "K2", "K3", "K6"), amount)


def margin_trends(subject: Subject) -> list[Finding]:
    """Where each margin goes."""
    return trend_finding(subject, ("K11", "K12", "K13", "K16"), share)


def indirect_costs(subject: Subject) -> list[Finding]:
    """Indirect costs: their share of sales, and whether they move with sales at all."""
    if not subject.complete("K11", "K12") or len(subject.quarters) < 2:
        return []
    gross, basic = subject.values("K11"), subject.values("K12")
    gap = {q: gross[q] - basic[q] for q in gross}
    first, last = min(gap), max(gap)
    indirect, sales = subject.column("selling", "admin"), subject.column("sales")
    ends = (first, last)
    growth = {
        name: v[last] / v[first] - 1 for name, v in (("i", indirect), ("s", sales)) if v[first]
    }
    if len(growth) < 2:
        return []
    moved = Text(
        "moved from {a} to {b} of sales; they changed by {i} while sales changed by {s}.",
        "zmieniły się z {a} na {b} sprzedaży; same o {i}, a sprzedaż o {s}.",
    )
    return [
        Finding(
            "indirect-costs",
            fill(
                Text("Indirect costs", "Koszty pośrednie") + moved,
                a=share(gap[first]),
                b=share(gap[last]),
                i=share(growth["i"]),
                s=share(growth["s"]),
            ),
            Text(
                "K11 − K12 is exactly indirect costs ÷ sales, first against last quarter",
                "K11 − K12 to dokładnie koszty pośrednie ÷ sprzedaż, pierwszy i ostatni kwartał",
            ),
            figures("K11 − K12", gap, list(ends)),
            Text(
                "A wide gap between the margins does not make costs fixed: fixed costs would not "
                "change when sales do.",
                "Duża różnica rentowności nie czyni kosztów stałymi: koszty stałe nie zmieniałyby "
                "się wraz ze sprzedażą.",
            ),
        )
    ]


def value_added(subject: Subject) -> list[Finding]:
    """Economic value added, where a cost of capital was given."""
    values, cost = subject.values("K10"), subject.cost
    if not values or cost is None:
        return []
    total = sum(values.values(), Fraction(0))
    rows = subject.table[(subject.table["indicator"] == "K10") & subject.table["value"].notna()]
    even = QUARTERS_PER_YEAR * sum(rows["numerator"]) / sum(rows["denominator"])
    return [
        Finding(
            "value-added",
            fill(
                Text(
                    "At a cost of capital of {rate} a year and a tax of {tax}, both assumed, "
                    "economic value added is {values} in {when}, {total} together: the capital "
                    "used {earned} its cost. {even}",
                    "Przy koszcie kapitału {rate} rocznie i podatku {tax}, przyjętych z góry, "
                    "ekonomiczna wartość dodana wynosi {values} w {when}, razem {total}: użyty "
                    "kapitał {earned} swój koszt. {even}",
                ),
                rate=share(cost.annual_rate),
                tax=share(cost.tax_rate),
                values=told(values, list(values), amount),
                when=quarters(values),
                total=number(total, 0),
                earned=Text("earned", "zarobił na")
                if total >= 0
                else Text("did not earn", "nie zarobił na"),
                even=fill(
                    Text("At {even} a year it would be 0.", "Przy {even} rocznie wyniosłaby 0."),
                    even=share(even),
                )
                if even >= 0
                else Text("It would be below 0 at any cost.", "Przy każdym koszcie byłaby ujemna."),
            ),
            Text(
                "K3 less tax on it, less a quarter of the annual rate on equity and debt",
                "K3 po podatku minus jedna czwarta rocznej stopy od kapitału i długu",
            ),
            figures("K10", values),
        )
    ]


def operating_cash(subject: Subject) -> list[Finding]:
    """Quarters in which operations bring in or use up cash."""
    flow = subject.values("K7")
    good, bad = by_sign(flow)
    made = []
    for chosen, text in (
        (
            good,
            Text(
                "Operations bring in {amount} of cash in {when}.",
                "Działalność operacyjna przynosi {amount} gotówki w {when}.",
            ),
        ),
        (
            bad,
            Text(
                "Operations use up {amount} of cash in {when}.",
                "Działalność operacyjna pochłania {amount} gotówki w {when}.",
            ),
        ),
    ):
        if chosen:
            made.append(
                Finding(
                    f"operations-{'bring' if chosen is good else 'use'}-cash",
                    fill(
                        text,
                        amount=told({q: abs(v) for q, v in flow.items()}, chosen, amount),
                        when=quarters(chosen),
                    ),
                    Text("sign of K7 by quarter", "znak K7 w kwartale"),
                    figures("K7", flow, chosen),
                    Text(
                        "Operating cash flow covers receivables, stocks and payables too; it does "
                        "not say what the product brings in.",
                        "Przepływy operacyjne obejmują też należności, zapasy i zobowiązania; nie "
                        "mówią, ile gotówki daje sam produkt.",
                    )
                    if chosen is bad
                    else None,
                )
            )
    return made


def cash_per_profit(subject: Subject) -> list[Finding]:
    """How much cash a unit of operating profit carries."""
    ratio = subject.values("K25")
    if not ratio:
        return []
    lowest = min(ratio, key=lambda q: (ratio[q], q))
    later = [q for q in ratio if q > lowest]
    text = fill(
        Text(
            "One unit of operating profit carries {ratio} of operating cash in {when}.",
            "Na jednostkę zysku operacyjnego przypada {ratio} gotówki operacyjnej w {when}.",
        ),
        ratio=told(ratio, list(ratio), number),
        when=quarters(ratio),
    )
    if later and len(ratio) > 2 and all(ratio[q] > ratio[lowest] for q in later):
        text += fill(
            Text(
                "The lowest is {when}; every later quarter is higher.",
                "Najniżej jest w {when}; każdy późniejszy kwartał jest wyższy.",
            ),
            when=quarters([lowest]),
        )
    return [
        Finding(
            "cash-per-profit",
            text,
            Text("K25, only where K3 is above zero", "K25, tylko gdy K3 jest większe od zera"),
            figures("K25", ratio),
        )
    ]


def who_pays(subject: Subject) -> list[Finding]:
    """Say what pays for investment over the whole time: operations or financing."""
    flows = {name: subject.column(name) for name in ("cfo", "cfi", "cff")}
    total = {name: sum(values.values(), Fraction(0)) for name, values in flows.items()}
    if total["cfi"] >= 0:
        return []
    whole = sum(total.values(), Fraction(0))
    return [
        Finding(
            "who-pays",
            fill(
                Text(
                    "Over all quarters {spent} went into investment; operations gave {cfo} and "
                    "financing {cff}, so that cash changed by {change}.",
                    "We wszystkich kwartałach na inwestycje wydano {spent}; działalność operacyjna "
                    "dała {cfo}, finansowa {cff}, a środki pieniężne zmieniły się o {change}.",
                ),
                spent=amount(-total["cfi"]),
                cfo=amount(total["cfo"]),
                cff=amount(total["cff"]),
                change=amount(whole),
            ),
            Text("sums of K7, K8 and K9 over the quarters", "sumy K7, K8 i K9 z kwartałów"),
            tuple((name, "all", value) for name, value in total.items()),
            Text(
                "Financing inflows need service only where they are debt; the balance sheet tells "
                "debt from equity.",
                "Wpływy finansowe wymagają obsługi tylko wtedy, gdy są długiem; mówi to bilans.",
            ),
        )
    ]


def cash_gaps(subject: Subject) -> list[Finding]:
    """Quarters in which cash falls although the whole time ends above zero, or the reverse."""
    flow = subject.values("CF")
    _, bad = by_sign(flow)
    total = sum(flow.values(), Fraction(0))
    if not bad or len(bad) == len(flow):
        return []
    return [
        Finding(
            "cash-gaps",
            fill(
                Text(
                    "Cash falls by {amount} in {when}, and changes by {total} over all quarters.",
                    "Gotówka maleje o {amount} w {when}, a we wszystkich kwartałach zmienia się o "
                    "{total}.",
                ),
                amount=told({q: -v for q, v in flow.items()}, bad, amount),
                when=quarters(bad),
                total=amount(total),
            ),
            Text("sign of total cash flow by quarter", "znak przepływów razem w kwartale"),
            figures("CF", flow),
        )
    ]


def debt_behind_returns(subject: Subject) -> list[Finding]:
    """Name the equity multiplier behind return on equity and on assets."""
    found = quotient(subject.table, "K18", "K17")
    multiplier = {q: v for q, v in found.items() if v is not None}
    if not multiplier:
        return []
    equity = {q: 1 / v for q, v in multiplier.items()}
    return [
        Finding(
            "debt",
            fill(
                Text(
                    "Return on equity is {times} times that on assets in {when}: equity pays for "
                    "{equity} of the assets, liabilities of every kind for the rest.",
                    "Rentowność kapitału własnego to {times} razy rentowność aktywów w {when}: "
                    "kapitał własny finansuje {equity} aktywów, resztę zobowiązania wszelkiego "
                    "rodzaju.",
                ),
                times=told(multiplier, list(multiplier), number),
                when=quarters(multiplier),
                equity=told(equity, list(equity), share),
            ),
            Text(
                "K18 ÷ K17 is assets ÷ equity, whatever the profit",
                "K18 ÷ K17 to aktywa ÷ kapitał własny, niezależnie od zysku",
            ),
            figures("K18 ÷ K17", multiplier),
            Text(
                "The article takes the difference of the two returns, which also widens when "
                "profit rises at constant debt.",
                "Artykuł bierze różnicę obu wskaźników, która rośnie też wraz z zyskiem przy "
                "stałym zadłużeniu.",
            ),
        )
    ]


def asset_turnover(subject: Subject) -> list[Finding]:
    """Split the largest change of asset turnover into sales and assets."""
    turnover = subject.values("K19")
    moves = {q: turnover[q] - turnover[q - 1] for q in turnover if q - 1 in turnover}
    if not moves:
        return []
    quarter = max(moves, key=lambda q: (abs(moves[q]), q))
    parts = turnover_split(subject.statements, quarter)
    assert parts is not None
    return [
        Finding(
            "asset-turnover",
            fill(
                Text(
                    "Asset turnover changes most in {when}, from {before} to {after}: {sales} of "
                    "the change comes from sales and {assets} from assets.",
                    "Rotacja aktywów zmienia się najbardziej w {when}, z {before} na {after}: "
                    "{sales} zmiany pochodzi ze sprzedaży, {assets} z aktywów.",
                ),
                when=quarters([quarter]),
                before=number(turnover[quarter - 1]),
                after=number(turnover[quarter]),
                sales=number(parts[0], 3),
                assets=number(parts[1], 3),
            ),
            Text(
                "exact split of the change of sales ÷ assets, mean over both orders",
                "dokładny podział zmiany sprzedaż ÷ aktywa, średnia z obu kolejności",
            ),
            figures("K19", turnover, [quarter - 1, quarter]),
            Text(
                "The article blames growing assets; turnover also falls when sales do.",
                "Artykuł wskazuje na przyrost aktywów; rotacja spada też wraz ze sprzedażą.",
            ),
        )
    ]


def fixed_share(subject: Subject) -> list[Finding]:
    """Name the share of fixed assets behind two turnovers."""
    found = quotient(subject.table, "K19", "K20")
    values = {q: v for q, v in found.items() if v is not None}
    if not values:
        return []
    return [
        Finding(
            "fixed-share",
            fill(
                Text(
                    "Fixed assets are {values} of all assets in {when}.",
                    "Aktywa trwałe stanowią {values} wszystkich aktywów w {when}.",
                ),
                values=told(values, list(values), share),
                when=quarters(values),
            ),
            Text(
                "K19 ÷ K20 is fixed assets ÷ assets, whatever the sales",
                "K19 ÷ K20 to aktywa trwałe ÷ aktywa, niezależnie od sprzedaży",
            ),
            figures("K19 ÷ K20", values),
            Text(
                "The article takes the difference K20 − K19, which shrinks whenever sales fall, at "
                "any share of fixed assets.",
                "Artykuł bierze różnicę K20 − K19, która maleje przy każdym spadku sprzedaży, bez "
                "względu na udział aktywów trwałych.",
            ),
        )
    ]


def collection(subject: Subject) -> list[Finding]:
    """Receivables that outlast the quarter."""
    turnover = subject.values("K21")
    slow = [q for q, v in turnover.items() if 0 < v < 1]
    if not slow:
        return []
    lengths = {q: days(turnover[q], q) for q in slow}
    known = {q: v for q, v in lengths.items() if v is not None}
    return [
        Finding(
            "collection",
            fill(
                Text(
                    "Receivables turn {turns} times in {when}: {days} days of sales, longer than "
                    "the quarter's {length}.",
                    "Należności obracają się {turns} raza w {when}: {days} dni sprzedaży, dłużej "
                    "niż kwartał ({length} dni).",
                ),
                turns=told(turnover, slow, number),
                when=quarters(slow),
                days=each([number(known[q], 0) for q in slow]),
                length=each([number(Fraction(quarter_days(q)), 0) for q in slow]),
            ),
            Text(
                "said where K21 is below one; days are the quarter's own length ÷ K21",
                "gdy K21 jest mniejsze od jedności; dni to długość kwartału ÷ K21",
            ),
            figures("K21", turnover, slow) + figures("days", known),
            Text(
                "Below one means over 90 days only because a quarter has 90 to 92; of a year it "
                "would mean over 365. Slow payers, long terms and sales late in the quarter look "
                "alike.",
                "Poniżej jedności znaczy ponad 90 dni tylko dlatego, że kwartał ma ich 90 do 92; "
                "w roku znaczyłoby ponad 365. Zwłoka, długie terminy i sprzedaż pod koniec "
                "kwartału wyglądają tak samo.",
            ),
        )
    ]


def inventories(subject: Subject) -> list[Finding]:
    """Inventory turnover: the best quarter, and the last against it."""
    turnover, at_cost = subject.values("K22"), subject.values("K22b")
    if len(turnover) < 2 or set(turnover) != set(at_cost):
        return []
    best, last = max(turnover, key=lambda q: (turnover[q], -q)), max(turnover)
    where = [best] if best == last else [best, last]
    return [
        Finding(
            "inventories",
            fill(
                Text(
                    "Inventories turn {turns} times in {when} by sales, {cost} times at cost"
                    "{best}.",
                    "Zapasy obracają się {turns} raza w {when} według sprzedaży, {cost} raza "
                    "w koszcie{best}.",
                ),
                turns=told(turnover, where, number),
                when=quarters(where),
                cost=told(at_cost, where, number),
                best=Text(", the best being the first of these", ", najlepiej w pierwszym z nich")
                if len(where) > 1
                else Text(", the best of all", ", najlepiej ze wszystkich"),
            ),
            Text(
                "highest K22 and the last; K22b divides cost by stock at cost",
                "najwyższe K22 i ostatnie; K22b dzieli koszt przez zapas w koszcie",
            ),
            figures("K22", turnover, where) + figures("K22b", at_cost, where),
        )
    ]


RULES: Final[tuple[Callable[[Subject], list[Finding]], ...]] = (
    loss_on_sales,
    other_operations,
    financial_result,
    no_tax,
    profit_trends,
    value_added,
    cash_gaps,
    operating_cash,
    who_pays,
    margin_trends,
    indirect_costs,
    debt_behind_returns,
    asset_turnover,
    fixed_share,
    inventories,
    collection,
    cash_per_profit,
)
"""In the order of the article's prose."""


def diagnose(statements: Book, cost: CapitalCost | None = None) -> list[Finding]:
    """Apply every rule to a company's statements.

    Parameters
    ----------
    statements : Book
        The company, quarter by quarter.
    cost : CapitalCost, optional
        For the sentence on economic value added, which is left out without it.

    Returns
    -------
    list of Finding
        In the order of the article: profits, cash, margins, returns, turnovers.
    """
    subject = Subject(statements, indicator_table(statements, cost=cost), cost)
    return [finding for apply in RULES for finding in apply(subject)]
