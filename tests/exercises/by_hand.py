"""Answers worked out by hand, and what typical mistakes give, as a student would write them.

Nothing here is computed by the project: the working stands beside each answer. Amounts are those of
the committed tables; test_answers.py adds them up once more from the rows.
"""

from __future__ import annotations

CASES = {
    "rates": "segelec",
    "printed numbers": "segelec",
    "okrs": "segelec",
    "scorecard": "segelec",
    "profits": "kowalczyk",
}
"""The case that each notebook is on."""

RIGHT: dict[str, dict[str, tuple[str, ...]]] = {
    "rates": {
        # The paper prints 18% for the second quarter of 2024; 139,627.72 became 164,760.70, which
        # is 25,132.98 more: 25,132.98 ÷ 139,627.72 = 0.17999...
        "growth": (
            '"18.0"',
            '"18.0%"',
            'Decimal("18.00")',
            'Fraction("25132.98") / Fraction("139627.72") * 100',
            "25132.98 / 139627.72 * 100",
        ),
        # Both totals are printed in the paper: 303,110 soles, 354 services; 354 × 856 = 303,024,
        # and the rest of 86 ÷ 354 is 0.243.
        "half-year": ('"856.24"', "Fraction(303110, 354)", "303110 / 354"),
        # 165 of 188 is 87.766%, 124 of 153 is 81.046%: 6.720 points.
        "points": (
            '"6.7"',
            '"6.72"',
            "Fraction(165, 188) * 100 - Fraction(124, 153) * 100",
            "100 * 165 / 188 - 100 * 124 / 153",
        ),
        # 56.3 × 1.776 = 99.99, and 56.4 × 1.776 = 100.17 is too much.
        "reached": ('"56.3"', "100 / 1.776", 'Fraction(100) / Fraction("1.776")'),
        # From 135,759.01 (fourth quarter of 2023) to 164,760.70: 29,001.69 more, 21.363%.
        "chain": ('"21.4"', "(1.01908 * 1.19090 - 1) * 100", "Fraction(2900169, 13575901) * 100"),
        # 42 − 29 = 13 alarms more; 13 of 153 is 8.497%.
        "contribution": ('"8.5"', "Fraction(1300, 153)"),
    },
    "printed numbers": {
        # Half of 0.1 is 0.05: 22.9 ∓ 0.05.
        "interval": (
            '("22.85", "22.95")',
            '[Decimal("22.85"), Decimal("22.95")]',
            "(Fraction(457, 20), Fraction(459, 20))",
            "(22.85, 22.95)",
        ),
        # 22.85 is as far from 22.8 as from 22.9; half up takes 22.9.
        "tie": ('"22.9"', 'Decimal("22.9")', "22.9"),
        # 66 ÷ 288 = 0.229166... prints as 22.9%; 67 ÷ 287 = 0.2334 and 65 ÷ 289 = 0.2249 do not.
        "before": ("[288]", "288", "{288}", '"288"', "[288.0]"),
        # 158 + 196: 38 ÷ 158 = 24.05%. 159 + 195: 36 ÷ 159 = 22.64%. Nothing lies between.
        "split": ('"inconsistent"', '" Inconsistent "'),
        # 274 ÷ 354 = 77.401% prints as 77.4%, 275 ÷ 354 = 77.684% as 77.7%.
        "census": ("[]", "set()", "()"),
        # 38 ÷ 49 = 77.551%. (That no smaller one works is tried in test_answers.py.)
        "survey": ("49", '"49"', "49.0"),
    },
    "okrs": {
        # From 200 down to 0; at 100 half of the way is done.
        "falling": ('"0.50"', "0.5", "Fraction(1, 2)", '"1/2"', 'Decimal("0.5")'),
        # 10% of 80 is 8, the goal is 88, and 84 is in the middle.
        "relative": ('"0.50"', "1 / 2"),
        # From 20 up to 40 are 20; 15 is 5 on the wrong side: −5 ÷ 20.
        "below": ('"-0.25"', '"−0.25"', "Fraction(-1, 4)", "-0.25"),
        # 1 − (10 + 30) ÷ 10 = −3, and a score stops at −1.
        "far": ("-1", '"-1.00"'),
        # Ten per cent of nobody knows what.
        "unknown": ('"cannot tell"', '"Cannot  tell"'),
        # 1000 × 0.99 = 990; × 0.99 = 980.1; × 0.99 = 970.299.
        "monthly": ('"970.30"', "Fraction(970299, 1000)", "1000 * 0.99**3"),
    },
    "scorecard": {
        # The paper's Table 3, on time and within budget, is headed “Internal Processes”.
        "perspective": ('"Internal processes"', '"internal processes"'),
        # Staff and process lead; margin, return on equity and revenue are results.
        "leading": ('["I2", "P1", "P3"]', '{"P3", "P1", "I2"}', '"p1, p3, i2"'),
        # Fewer days for each service, more services.
        "sign": ('"-"', '"−"'),
        # From 10.96 to 8.77 days are 2.19, and 0.58 are done: 26%, short of 70%.
        "status": ('"behind"',),
        # (0.00 + 1.00 + 0.6226) ÷ 3 = 0.5409.
        "missing": ('"0.54"', "(0 + 1 + 0.6226) / 3", '"0.541"'),
        # Ten quarters, nine changes, the last one without its effect yet.
        "pairs": ("8", '"8"'),
    },
    "profits": {
        # 10,000 − 8,500 = 1,500; less 680 and 1,020 is −200.
        "loss": ("-200", '"-200"', '"−200"', "10000 - 8500 - 680 - 1020"),
        # −200 + 880 − 80 = 600 operating; + 25 − 425 + 60 = 260 net, of 10,000.
        "margin": ('"2.6"', '"2.6%"', "Fraction(260, 100)"),
        # October to December have 92 days; 92 × 12,200 ÷ 11,000 = 102.036.
        "collection": ('"102.0"', "Fraction(92 * 12200, 11000)", "92 * 12200 / 11000"),
        # 600 × 0.81 = 486; 3% of 7,260 + 6,200 = 13,460 is 403.8; 486 − 403.8 = 82.2.
        "value-added": ('"82.2"', "82.2", 'Fraction("82.2")'),
        # K4 < K3 and K5 > K4 and K5 < K3 leave one order. In numbers: 200, 260, 600.
        "order": ('"K4 < K5 < K3"', '"k4 < k5 < k3"'),
        # Sales < receivables ≤ total assets.
        "bound": ("1", '"1"', "Fraction(1)", "1.0"),
    },
}
"""Right answers by topic and exercise, in every form that ought to be accepted."""

WRONG: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "rates": {
        "growth": (
            ('"19.1"', "growth on the quarter before"),  # 26,411.40 ÷ 138,349.30
            ('"15.3"', "divided by the new value"),  # 25,132.98 ÷ 164,760.70
            ('"118.0"', "new value in per cent"),
            ('"25132.98"', "change in money"),
            ("Fraction(2513298, 13962772)", "looks like a share"),
            ('"-18.0"', "the sign is not"),
        ),
        "half-year": (
            ('"854.91"', "mean of the two rates"),  # (833.43 + 876.39) ÷ 2
            ('"1709.82"', "You added the two rates"),
            ("303110", "sales of both quarters"),
            ("Fraction(354, 303110)", "upside down"),
        ),
        "points": (
            ('"8.3"', "per cent of the earlier share"),  # 6.720 ÷ 81.046
            ('"7.7"', "of the new share"),  # 6.720 ÷ 87.766
            ("41", "how many more services"),  # 165 − 124
            ("Fraction(165, 188) - Fraction(124, 153)", "Write points"),
            ('"-6.7"', "the sign is not"),
        ),
        "reached": (
            ('"22.4"', "percentage points"),  # 100 − 77.6
            ('"43.7"', "grow to the printed number"),  # 77.6 ÷ 1.776
            ('"77.6"', "says the abstract"),
            ('"177.6"', "if it had begun at 100"),
            ('"128.9"', "one plus the rate"),  # 100 ÷ 0.776
        ),
        "chain": (
            ('"21.0"', "added the two rates"),  # 1.908 + 19.090
            ('"10.5"', "mean of the two rates"),
            ('"121.4"', "the level after two quarters"),
            ('"0.4"', "multiplied the rates"),  # 0.01908 × 0.19090 = 0.36%
        ),
        "contribution": (
            ('"44.8"', "growth of “Alarm installation” by itself"),  # 13 ÷ 29
            ('"37.1"', "its part of the change"),  # 13 ÷ 35
            ('"6.9"', "divided by the services of the later quarter"),  # 13 ÷ 188
            ("13", "a number of services"),
        ),
    },
    "printed numbers": {
        "interval": (
            ('("22.9", "23.0")', "digits are cut off"),
            ('("22.8", "23.0")', "a whole unit on either side"),
            ('("22.5", "23.5")', "the same whole number"),
            ('("22.95", "22.85")', "lower one first"),
            ('("22.85", "22.94")', "lower end is right"),
            ('("22.84", "22.95")', "upper end is right"),
            ("(Fraction(457, 2000), Fraction(459, 2000))", "look like shares"),
        ),
        "tie": (
            ('"22.8"', "half to even"),
            ('round(Decimal("22.85"), 1)', "half to even"),
            ('"22.85"', "the value itself"),
        ),
        "before": (
            ("[273]", "off the later number"),  # 354 × 0.771 = 272.9
            ("435", "a year later"),  # 354 × 1.229 = 435.07
            ("[287, 288, 289]", "neighbours are too generous"),
            ("[]", "At least one whole number fits"),
            ("[288, 290]", "290 does not fit"),
        ),
        "split": (
            ('"consistent"', "Which one would it be"),
            ('"underdetermined"', "Count the splits"),
        ),
        "census": (
            ("[275]", "nearest count is not enough"),
            ("[274]", "nearest count below"),
            ("[274, 275]", "These two lie next to"),
        ),
        "survey": (
            ("125", "exactly this share"),  # 776 ÷ 1000 = 97 ÷ 125
            ("1000", "always enough"),
            ("67", "cut off"),  # 52 ÷ 67 = 77.61%, the smallest that is cut to 77.6%
            ("38", "satisfied ones"),
        ),
    },
    "okrs": {
        "falling": (
            ("0", "The tool of the bug report"),
            ("1", "what the reporter hoped for"),
            ("2", "divided the baseline by the value"),
            ("50", "from 0 to 1"),
            ('"-0.50"', "the sign is not"),
        ),
        "relative": (
            ('"0.40"', "10 points on top"),  # 4 ÷ 10
            ('"0.95"', "divided the value by the goal"),  # 84 ÷ 88
            ('"0.05"', "growth reached"),  # 4 ÷ 80
            ("88", "That is the goal"),
        ),
        "below": (
            ("0", "nothing has changed"),
            ('"0.375"', "divided the value by the target"),  # 15 ÷ 40
            ('"1.25"', "what is left"),  # 25 ÷ 20
            ("-5", "the change itself"),
            ('"0.25"', "the sign is not"),
        ),
        "far": (("-3", "has no limits"), ("0", "may be negative")),
        "unknown": (
            ('"behind"', "Which level is the goal"),
            ('"below baseline"', "Below which baseline"),
            ('"met"', "count a missing target as healthy"),
            ('"good enough"', "Good enough for what"),
        ),
        "monthly": (
            ("970", "it compounds"),  # 1000 − 3 × 10
            ("990", "after one month"),
            ('"1030.30"', "fall, not to rise"),  # 1000 × 1.01³ = 1030.301
            ('"29.70"', "the saving"),
        ),
    },
    "scorecard": {
        "perspective": (
            ('"Customer"', "Customers are pleased"),
            ('"Financial"', "A budget is money"),
            ('"People"', "People do it"),
        ),
        "leading": (
            ('["F2", "F3", "F5"]', "they lag"),
            ('["F3", "I2", "P1", "P3"]', "growth of sales"),
            ('["P1", "P3"]', "Training and mood lead"),
            ('["I2"]', "The process leads"),
            ('["P1"]', "not all"),
            ('["I2", "P1", "P3", "F2"]', "at least one that does not"),
        ),
        "sign": (('"+"', "Both changes are good"),),
        "status": (
            ('"met"', "compare the value with the goal"),
            ('"good enough"', "the last column"),
            ('"below baseline"', "Mind the direction"),
            ('"cannot tell"', "it can be told"),
        ),
        "missing": (
            ('"0.41"', "missing as zero"),  # 1.6226 ÷ 4
            ('"0.66"', "missing as reached"),  # 2.6226 ÷ 4
            ('"1.62"', "You added the scores"),
        ),
        "pairs": (
            ("10", "These are levels"),
            ("9", "no partner yet"),
            ("5", "needs at least"),
        ),
    },
    "profits": {
        "loss": (
            ("1500", "gross profit on sales"),
            ("600", "operating profit, one step lower"),
            ("820", "Administration is"),
            ("480", "Selling costs are"),
            ("680", "Other operating income belongs"),
            ("200", "the sign is not"),
        ),
        "margin": (
            ('"3846.2"', "upside down"),  # 10,000 ÷ 260 × 100
            ('"6.0"', "operating margin"),
            ('"2.7"', "divided by costs"),  # 260 ÷ 9,740
            ("Fraction(260, 10000)", "looks like a share"),
        ),
        "collection": (
            ('"404.8"', "days of a year"),  # 365 × 12,200 ÷ 11,000
            ('"83.0"', "upside down"),  # 92 × 11,000 ÷ 12,200
            ('"99.8"', "a little longer than 90 days"),
            ('"0.9"', "That is the turnover"),
        ),
        "value-added": (
            ("486", "forgot what the capital costs"),
            ('"-1129.2"', "a whole year"),  # 486 − 12% of 13,460
            ('"196.2"', "tax on operating profit is missing"),  # 600 − 403.8
            ('"268.2"', "Debt is capital too"),  # 486 − 217.8
            ("300", "Equity is capital too"),  # 486 − 186
            ('"-143.8"', "began with net profit"),  # 260 − 403.8
        ),
        "order": (
            ('"K3 < K4 < K5"', "order of the names"),
            ('"K5 < K4 < K3"', "Down the ladder"),
            ('"K4 < K3 < K5"', "Check the third"),
        ),
        "bound": (
            ("Fraction(5, 11)", "one made-up company"),  # 10,000 ÷ 22,000
            ("Fraction(100, 103)", "receivables turnover"),  # 10,000 ÷ 10,300
            ("0", "the other end"),
        ),
    },
}
"""Wrong answers by topic and exercise, with words of the message that has to come."""
