"""Rules of the diagnosis on cash flows."""

from __future__ import annotations

from fractions import Fraction

from analysis.efficiency.findings import Finding, Subject, by_sign, figures, told
from analysis.efficiency.words import Text, amount, fill, number, quarters


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
