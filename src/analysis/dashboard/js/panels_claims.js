/** The printed claims and their verdicts. */

const VERDICTS = ["reproduced", "consistent", "underdetermined", "inconsistent", "not reported", "unreadable", "undecided"];

function claimsPanel() {
  const counts = VERDICTS.map((verdict) => [verdict, data.claims.filter((claim) => claim.verdict === verdict).length]);
  const find = make("input", { type: "search", id: "find", "data-key": "find", autocomplete: "off", on: { input: (event) => change(() => { state.find = event.target.value; }, "find") } });
  const label = make("label", { for: "find" });
  const verdicts = make("div"), list = make("div"), said = make("p.note", { role: "status" });
  const element = make("div.claims", {}, make("div.side", {}, verdicts, make("p.find", {}, label, find)), make("div", {}, said, list));
  const shown = () => data.claims.filter((claim) => (!state.verdicts.size || state.verdicts.has(claim.verdict)) && holds(claim));
  const claimsTable = () => ({
    caption: say("Claims and verdicts"),
    columns: [
      { name: say("Claim") }, { name: say("Place"), lang: "en" }, { name: say("Printed"), kind: "printed", lang: "en" }, { name: say("Verdict"), kind: "derived" }, { name: say("Evidence"), kind: "derived" },
    ],
    rows: shown().map((claim) => [subjectText(claim), claim.place, claim.printed || say("lost in the text at hand"), verdictText(claim), evidenceText(claim)]),
  });
  return {
    id: "claims", title: "What the publication prints, and what becomes of it", kind: "derived", wide: true, head: () => ["", ""],
    needs: () => [[...state.verdicts], state.find],
    note: () => say("A verdict holds under the default reading; where another reading gives another one, it is named.") +
      (language === "en" ? "" : ` ${say("What is printed stands in the words of the publication.")}`),
    draw: () => element,
    keeps: true,
    update: () => {
      label.textContent = say("Find in claims");
      if (find.value !== state.find) find.value = state.find;
      refill(verdicts, bars("verdicts", say("Claims by verdict"), counts.filter(([, number]) => number).map(([verdict, number]) => ({
        key: verdict, name: say(verdict), label: String(number), whole: number, part: state.verdicts.size && !state.verdicts.has(verdict) ? 0 : number,
        chosen: true, pressed: state.verdicts.has(verdict), tip: `${say(verdict)}: ${number} ${say("claims")}`,
        pick: (more) => change(() => choose(state.verdicts, verdict, more)),
      }))));
      const table = claimsTable();
      said.textContent = say("{shown} of {all} claims", { shown: table.rows.length, all: data.claims.length });
      refill(list, tableElement(table, "claims"));
    },
    table: claimsTable,
    listed: true,
  };
}

const verdictText = (claim) => say(claim.verdict) + (claim.others.length ? ` (${say("other readings")}: ${claim.others.map((word) => say(word)).join(", ")})` : "");

/** What a claim is about; names of periods and numbers as the language writes them. */
const subjectText = (claim) => quarterName(named(claim.subject));

/** The evidence of a claim: sentences, each a form with places and what fills them. */
const evidenceText = (claim) =>
  claim.evidence.map(([form, ...values]) => named(form).replace(/\{\}/g, () => numberText(values.shift()))).join(" ");

/** A number, period or section that was written in English, as the language writes it. */
function numberText(text) {
  if (/^\d{4}[QH]\d$/.test(text)) return quarterName(text);
  if (/\..*\./.test(text)) return text;
  const marks = Object.fromEntries(maker(Intl.NumberFormat, { useGrouping: "always" }).formatToParts(1234.5).map(({ type, value }) => [type, value]));
  return text.replace(/[.,]/g, (sign) => (sign === "." ? marks.decimal : marks.group));
}

/** Whether a claim holds the words looked for, in any case. */
function holds(claim) {
  const text = `${claim.claim_id} ${subjectText(claim)} ${claim.place} ${claim.printed} ${claim.quantity} ${claim.verdict} ${say(claim.verdict)} ${evidenceText(claim)}`.toLowerCase();
  return state.find.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
