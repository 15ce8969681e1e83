"""Rules of the diagnosis on the profit ladder."""

from __future__ import annotations

from fractions import Fraction

from analysis.efficiency.findings import (
    Finding,
    Subject,
    by_sign,
    figures,
    told,
    trend_finding,
)
from analysis.efficiency.ratios import QUARTERS_PER_YEAR
from analysis.efficiency.words import Text, amount, fill, number, quarters, share


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
