// What the tests read off the page: functions of `probe`, in every tab.
addEventListener("securitypolicyviolation", (event) => console.error(event.violatedDirective));

{
  const number = (place) => place?.querySelector("data")?.value ?? null;
  const box = (one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return { left, right, top, bottom };
  };

  window.probe = {
    // By indicator: its value exactly and as shown, why there is none, and its changes.
    cards: () => Object.fromEntries([...document.querySelectorAll("[data-kpi]")].map((card) => [
      card.dataset.kpi,
      {
        value: number(card.querySelector(".big")),
        text: card.querySelector(".big data")?.textContent ?? null,
        why: card.querySelector(".why")?.textContent ?? "",
        goal: card.querySelector(".goal-line")?.textContent ?? null,
        changes: [...card.querySelectorAll(".change dd")].map(
          (one) => [number(one), one.querySelector("data")?.textContent ?? one.textContent, one.className]),
        named: [...card.querySelectorAll(".change dt")].map((one) => one.textContent),
      },
    ])),

    // Cells of the table behind a panel's chart, exactly where they hold numbers.
    rows: (panel) => [...document.querySelectorAll(`#panel-${panel} .behind tbody tr`)].map(
      (row) => [...row.cells].map((cell) => number(cell) ?? cell.textContent)),

    claims: () => [...document.querySelectorAll("#panel-claims tbody tr")].map(
      (row) => [...row.cells].map((cell) => cell.textContent)),

    view: async (fragment, ...panels) => {
      document.body.style.contentVisibility = panels.length ? "hidden" : ""; // what is only read need not be painted
      if (location.hash !== fragment) {
        const changed = new Promise((done) => addEventListener("hashchange", () => setTimeout(done), { once: true }));
        location.hash = fragment;
        await changed;
      }
      const rows = panels.map((panel) => [panel, panel === "cards" ? probe.cards() : probe.rows(panel)]);
      return Object.fromEntries(rows);
    },

    focused: () => {
      const one = document.activeElement, look = getComputedStyle(one);
      return {
        tag: one.tagName,
        id: one.id,
        key: one.dataset.key ?? null,
        group: one.closest("[data-group]")?.dataset.group ?? null,
        outline: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
      };
    },

    pressed: (group) => [...document.querySelectorAll(`[data-group=${group}] button`)]
      .filter((one) => one.ariaPressed === "true").map((one) => one.dataset.key),

    // Of every bar, how long the whole is and the part that is selected.
    widths: (group) => [...document.querySelectorAll(`[data-group=${group}] button`)].map(
      (one) => [".whole", ".part"].map(
        (name) => Math.round(1000 * parseFloat(one.querySelector(name).style.width)))),

    boxes: (selector) => [...document.querySelectorAll(selector)].map(box),

    // Boxes of the texts above a chart, as wide as their letters.
    labels: (panel) => [...document.querySelectorAll(`#panel-${panel} .wide .above > *`)].map((one) => {
      const text = document.createRange();
      text.selectNodeContents(one);
      return box(text);
    }).filter(({ left, right }) => right > left),

    // Every text in the page's own language, also those for screen readers.
    texts: () => {
      const found = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const { parentElement, data } = walk.currentNode;
        if (!parentElement.closest("script, body [lang=en]")) found.push(data.trim());
      }
      return [...found, ...[...document.querySelectorAll("[aria-label]")].map((one) => one.ariaLabel)];
    },

    // Mark what looks as a sibling before it, whatever its text (a row as the row above); count it.
    alike: () => {
      const names = ["class", "style", "role", "lang", "aria-pressed", "aria-disabled", "disabled", "hidden"];
      const look = (parent) => {
        const seen = new Set();
        const inside = [...parent.children].map((one) => {
          const found = [one.tagName, ...names.map((name) => one.getAttribute(name)), look(one)].join();
          one.toggleAttribute("data-alike", seen.has(found));
          seen.add(found);
          return found;
        });
        return `(${inside})`;
      };
      look(document.body);
      return document.querySelectorAll("[data-alike]").length;
    },

    // Texts that are wider than their boxes.
    clipped: () => [...document.querySelectorAll(
      "h2, h3, .big, .change, #lead, .goal-line, .status-row, .name, .fact span, .note, button:not(.time, .bar)")]
      .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
      .map((one) => one.textContent),
  };
}
