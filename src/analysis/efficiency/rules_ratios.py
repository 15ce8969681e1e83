"""Rules of the diagnosis on returns and turnovers."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.periods import quarter_days
from analysis.efficiency.dynamics import quotient, turnover_split
from analysis.efficiency.findings import Finding, Subject, figures, told
from analysis.efficiency.ratios import days
from analysis.efficiency.words import Text, each, fill, number, quarters, share


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
