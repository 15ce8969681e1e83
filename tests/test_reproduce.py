from analysis.ledger.make import make_ledger
from analysis.ledger.reproduce import reproduce
from analysis.tables.case import Case
from analysis.tables.contents import Ledger


def test_every_printed_result_is_reproduced(segelec: Case, ledger: Ledger) -> None:
    table = reproduce(segelec, ledger)
    assert len(table) == 19  # nine results in the abstract, nine in section 6, one in section 5
    assert table["same"].all()
    assert (
        dict(zip(table["claim_id"], table["exact"], strict=True))["5-services-growth"] == "22.917%"
    )


def test_a_ledger_that_misses_the_print_is_found_out(segelec: Case) -> None:
    ledger = make_ledger(segelec)
    ledger["service"] = ledger["service"].iloc[:-1]
    table = reproduce(segelec, ledger).set_index("claim_id")
    assert table.loc["abstract-services", "computed"] == "353"
    assert not table.loc["abstract-services", "same"]
