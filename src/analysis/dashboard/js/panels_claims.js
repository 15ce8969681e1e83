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
      { name: say("Claim"), lang: "en" }, { name: say("Place"), lang: "en" }, { name: say("Printed"), kind: "printed" }, { name: say("Verdict"), kind: "derived" }, { name: say("Evidence"), kind: "derived", lang: "en" },
    ],
    rows: shown().map((claim) => [english(claim.subject), claim.place, claim.printed || say("lost in the text at hand"), verdictText(claim), english(claim.evidence)]),
  });
  return {
    id: "claims", title: "What the publication prints, and what becomes of it", kind: "derived", wide: true, head: () => ["", ""],
    needs: () => [[...state.verdicts], state.find],
    note: () => say("A verdict holds under the default reading; where another reading gives another one, it is named.") +
      (language === "en" ? "" : ` ${say("Claims, what is printed, and evidence are in English.")}`),
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

/** A text that is English in every language, with its periods as the English page writes them. */
const english = (text) => text.replace(/\b(\d{4})([QH][1-4])\b/g, "$2 $1");

/** Whether a claim holds the words looked for, in any case. */
function holds(claim) {
  const text = `${claim.claim_id} ${english(claim.subject)} ${claim.place} ${claim.printed} ${claim.quantity} ${claim.verdict} ${say(claim.verdict)} ${english(claim.evidence)}`.toLowerCase();
  return state.find.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
