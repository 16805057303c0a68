// Shows what the traits hold; asks nothing of a kernel, so a reopened notebook works too.
const PARTS = ["numerator", "denominator", "scope", "window", "exclusions"];
const LETTERS = ["A", "B"];
const HEIGHT = 118;

const copied = (value) => JSON.parse(JSON.stringify(value));
const whole = (value) => Math.round(value).toLocaleString("en-US");
const keyOf = (chosen) => PARTS.map((part) => chosen[part]).join("|");
const partsOf = (key) => Object.fromEntries(key.split("|").map((value, i) => [PARTS[i], value]));

// --- what a setting says -------------------------------------------------------------------------

function verdictOf(row) {
  const [low, high] = row.slice(-2);
  return low > 0 ? "A" : high < 0 ? "B" : "";
}

function differing(one, other) {
  const [a, b] = [partsOf(one), partsOf(other)];
  return PARTS.filter((part) => a[part] !== b[part]);
}

// Of all settings looked at the two opposite ones that differ in the fewest parts; else the first.
function found(pair, tried) {
  const of = (letter) => tried.filter((key) => verdictOf(pair.rows[key]) === letter);
  const [ahead, behind] = LETTERS.map(of);
  let best = { A: ahead[0], B: behind[0] };
  if (!best.A || !best.B) return best;
  for (const A of ahead)
    for (const B of behind)
      if (differing(A, B).length < differing(best.A, best.B).length) best = { A, B };
  return best;
}

function unitOf({ denominator, scope }) {
  if (denominator === "none") return "";
  return scope === "event" ? ` per 100 ${denominator}` : " %";
}

function numeratorOf(pair, { numerator, scope }) {
  if (scope === "event") return pair.options.numerator[numerator];
  return `${scope === "visit" ? "visits" : "users"} with ${pair.one[numerator]}`;
}

const byUser = ({ denominator, scope }) => scope === "user" || denominator === "users";
const namesOf = (pair, parts) => (byUser(parts) ? pair.by_user : pair.names);

function number(value, parts) {
  return parts.denominator === "none" ? whole(value) : value.toFixed(2);
}

function groupsOf(pair, key) {
  const parts = partsOf(key);
  const row = pair.rows[key];
  return namesOf(pair, parts).map((name, index) => {
    const [part, of, low, high] = row.slice(4 * index, 4 * index + 4);
    const value = parts.denominator === "none" ? part : (100 * part) / of;
    return { name, part, of, low, high, value };
  });
}

function differenceOf(pair, key) {
  const parts = partsOf(key);
  const [by, low, high] = pair.rows[key].slice(-3);
  const signed = (value) => `${value < 0 ? "−" : "+"}${number(Math.abs(value), parts)}`;
  const unit = unitOf(parts) === " %" ? " points" : unitOf(parts);
  return `${signed(by)}${unit} (95 % interval ${signed(low)} to ${signed(high)})`;
}

// "1,375 checkouts begun", "1.63 % of visits had an order", "7.41 orders per 100 visits"
function quantity(pair, parts, value) {
  const { denominator, scope } = parts;
  const said = number(value, parts);
  if (denominator === "none") return `${said} ${numeratorOf(pair, parts)}`;
  if (scope === "event") return `${said} ${numeratorOf(pair, parts)}${unitOf(parts)}`;
  return `${said} % of ${denominator} had ${pair.one[parts.numerator]}`;
}

function compared(pair, key) {
  return groupsOf(pair, key)
    .map(({ name, value }) => `${name}: ${quantity(pair, partsOf(key), value)}`)
    .join("; ");
}

function questionOf(pair, key) {
  const parts = partsOf(key);
  const { denominator, scope, window } = parts;
  const counted = numeratorOf(pair, parts);
  const asks =
    denominator === "none"
      ? `How many ${counted} are there at all? The count grows with the group.`
      : scope === "event"
        ? `How many ${counted} come on 100 ${denominator}, repeats included?`
        : `Of 100 ${denominator}, how many had at least ${pair.one[parts.numerator].replace(/^an? /, "one ")}?`;
  return [asks, pair.asks[window]].filter(Boolean).join(" ");
}

function honestly(pair, key) {
  const parts = partsOf(key);
  const { options } = pair;
  const below = parts.denominator === "none" ? "none, a plain count" : parts.denominator;
  return (
    `${compared(pair, key)}; difference ${differenceOf(pair, key)}. ` +
    `Numerator: ${numeratorOf(pair, parts)}. Denominator: ${below}. Scope: ${parts.scope}. ` +
    `Window: ${options.window[parts.window]}. Exclusions: ${options.exclusions[parts.exclusions]}.`
  );
}

function misfit({ denominator, scope }) {
  const above = scope === "visit" ? "visits" : "users";
  return (
    `Above the line stand ${above}, below it ${denominator}: a share of nothing. ` +
    `Which unit do you want on both sides?`
  );
}

function statement(pair, chosen, { A, B }) {
  const lacking = PARTS.filter((part) => !chosen[part]);
  if (lacking.length === PARTS.length) return "Set the five parts. Which headline comes out?";
  if (lacking.length) return `Still to be set: ${lacking.join(", ")}.`;
  const key = keyOf(chosen);
  const row = pair.rows[key];
  if (!row) return `Neither headline. ${misfit(chosen)}`;
  const letter = verdictOf(row);
  const says = letter
    ? `This is headline ${letter}: ${pair.headlines[letter]}. The difference is outside luck.`
    : "Neither headline: luck alone could make this difference.";
  const next =
    A && B
      ? " Both headlines are found; the verdict stands below."
      : A || B
        ? ` Headline ${A ? "B" : "A"} is still to be found.`
        : "";
  return `${compared(pair, key)}. ${says}${next}`;
}

// --- the picture ---------------------------------------------------------------------------------

function bars(svg, width, pair, key) {
  const parts = partsOf(key);
  const groups = groupsOf(pair, key);
  const highest = Math.max(...groups.map(({ high }) => high)) * 1.06;
  const x = (value) => ((width - 4) * value) / highest + 2;
  const drawn = [];
  const add = (...args) => drawn.push(shape(...args));
  groups.forEach(({ name, value, low, high }, index) => {
    const top = 8 + index * 56;
    add("text", { class: "name", x: 2, y: top + 10 }, `${name}: ${number(value, parts)}${unitOf(parts)}`);
    add("rect", { class: `bar bar-${index}`, x: 2, y: top + 17, width: x(value) - 2, height: 22 });
    const line = (x1, y1, x2, y2) => {
      for (const name of ["halo", "luck"]) add("line", { class: name, x1, y1, x2, y2 });
    };
    line(x(low), top + 28, x(high), top + 28);
    for (const end of [low, high]) line(x(end), top + 22, x(end), top + 34);
  });
  svg.setAttribute("width", width);
  svg.setAttribute("height", HEIGHT);
  svg.replaceChildren(...drawn);
}

// --- the widget ----------------------------------------------------------------------------------

function render({ model, el }) {
  const pairs = model.get("pairs");
  let state = copied(model.get("state"));
  const uid = `ss-news-${Math.random().toString(36).slice(2, 8)}`;
  const pairNow = () => pairs.find(({ key }) => key === state.pair);

  const root = element("div", { class: "ss-explorer ss-heads" });
  // The notebook would take the arrow keys that move a choice.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const radios = pairs.map(({ key, title }) => {
    const input = element("input", { type: "radio", name: uid, value: key });
    input.addEventListener("change", () => change({ pair: key }));
    const done = element("span", { class: "ss-heads-done" });
    return { key, input, done, node: element("label", {}, input, element("span", {}, title, done)) };
  });
  const which = element("fieldset", { class: "ss-heads-pairs" }, element("legend", {}, "Pair of headlines"),
    ...radios.map(({ node }) => node));

  const cards = element("ul", { class: "ss-heads-cards", "aria-label": "The two headlines" });

  const selects = PARTS.map((part) => {
    const select = element("select", { id: `${uid}-${part}` });
    select.addEventListener("change", () => choose(part, select.value));
    const label = element("label", { for: select.id }, part);
    return { part, select, node: element("div", { class: "ss-heads-part" }, label, select) };
  });
  const again = element("button", { type: "button", class: "ss-heads-plain" }, "Begin this pair anew");
  again.addEventListener("click", () => {
    const { [state.pair]: chosen, ...otherChosen } = state.chosen;
    const { [state.pair]: tried, ...otherTried } = state.tried;
    change({ chosen: otherChosen, tried: otherTried });
    selects[0].select.focus(); // the button is now disabled and would lose the focus
  });
  const form = element("fieldset", { class: "ss-heads-form" }, element("legend", {}, "Five parts of the number"),
    ...selects.map(({ node }) => node));

  const news = element("p", { class: "ss-heads-news", role: "status", "aria-live": "polite" });
  const svg = shape("svg", { role: "img" });
  const stage = element("div", { class: "ss-heads-stage" });
  stage.append(svg);
  const table = element("table", { class: "ss-heads-table" });
  const difference = element("p", { class: "ss-heads-difference" });
  const how = element("details", {}, element("summary", {}, "How luck is judged"), element("p", {},
    "A headline counts only if the 95 % interval of the difference leaves out zero. The intervals " +
      "know that visits come in users: shares of users have Wilson's, all others add up their " +
      "error over users. The interval of a plain count says how far luck may move the count. Of 20 " +
      "settings without any true difference, about one would still look like a headline."));
  const shown = element("div", {}, stage, table, difference, how);
  const end = element("section", { class: "ss-heads-verdict", "aria-labelledby": `${uid}-verdict` });
  root.append(which, cards, form, element("p", {}, again), news, shown, end);
  el.append(root);

  function choose(part, value) {
    const pair = pairNow();
    const chosen = { ...state.chosen[pair.key], [part]: value };
    const key = keyOf(chosen);
    const before = state.tried[pair.key] ?? [];
    const fresh = key in pair.rows && !before.includes(key);
    change({
      chosen: { ...state.chosen, [pair.key]: chosen },
      tried: fresh ? { ...state.tried, [pair.key]: [...before, key] } : state.tried,
    });
  }

  function change(news) {
    state = { ...state, ...news };
    draw();
    try {
      model.set("state", copied(state));
      model.save_changes();
    } catch {
      // No kernel: the choice lasts as long as the page.
    }
  }

  const cell = (tag, text, attributes = {}) => element(tag, attributes, text);

  function fillTable(pair, key) {
    const parts = partsOf(key);
    const count = parts.denominator === "none";
    const heads = ["", numeratorOf(pair, parts), ...(count ? [] : [parts.denominator, unitOf(parts).trim()]), "95 % interval"];
    const rows = groupsOf(pair, key).map(({ name, part, of, value, low, high }) => [
      name,
      whole(part),
      ...(count ? [] : [whole(of), number(value, parts)]),
      `${number(low, parts)} to ${number(high, parts)}`,
    ]);
    table.replaceChildren(
      element("caption", {}, `${pair.options.window[parts.window]}; left out: ${pair.options.exclusions[parts.exclusions]}`),
      element("thead", {}, element("tr", {}, ...heads.map((text, i) => cell(i ? "th" : "td", text, i ? { scope: "col" } : {})))),
      element("tbody", {}, ...rows.map(([name, ...numbers]) =>
        element("tr", {}, cell("th", name, { scope: "row" }), ...numbers.map((text) => cell("td", text))))),
    );
  }

  function fillVerdict(pair, { A, B }, tried) {
    end.hidden = !(A && B);
    if (end.hidden) return end.replaceChildren();
    const of = { A, B };
    const parts = differing(A, B);
    const apart = parts.length === 1
      ? `The two settings differ in one part: ${parts[0]}.`
      : `The two settings differ in ${parts.length} parts: ${parts.join(", ")}. One part is enough; can you find it?`;
    const term = (name, text) => [element("dt", {}, name), element("dd", {}, text)];
    end.replaceChildren(
      element("p", { class: "ss-heads-title", id: `${uid}-verdict` }, "Both are true of this log"),
      ...LETTERS.flatMap((letter) => [
        element("p", { class: "ss-heads-says" }, `${letter}: ${pair.headlines[letter]}`),
        element("dl", {}, ...term("It answers", questionOf(pair, of[letter])),
          ...term("Honestly said", honestly(pair, of[letter]))),
      ]),
      element("p", {}, `${apart} Settings you have looked at: ${tried.length}.`),
      element("p", {}, element("strong", {}, "What turns it round. "), pair.moral),
      element("p", {}, element("strong", {}, "For Mara. "), pair.honest),
    );
  }

  function draw() {
    const pair = pairNow();
    const chosen = state.chosen[pair.key] ?? {};
    const tried = state.tried[pair.key] ?? [];
    const best = found(pair, tried);
    for (const { key, input, done } of radios) {
      input.checked = key === pair.key;
      const { A, B } = found(pairs.find((one) => one.key === key), state.tried[key] ?? []);
      done.textContent = A && B ? " ✓ both found" : "";
    }
    cards.replaceChildren(...LETTERS.map((letter) =>
      element("li", { class: best[letter] ? "found" : "open" },
        element("span", { class: "ss-heads-letter" }, letter),
        element("span", {}, `“${pair.headlines[letter]}”`),
        element("span", { class: "ss-heads-state" }, best[letter] ? "✓ found" : "○ not found yet"))));
    for (const { part, select } of selects) {
      if (select.dataset.pair !== pair.key) {
        select.dataset.pair = pair.key;
        select.replaceChildren(element("option", { value: "", disabled: "" }, "choose"),
          ...Object.entries(pair.options[part]).map(([value, text]) => element("option", { value }, text)));
      }
      select.value = chosen[part] ?? "";
    }
    again.disabled = !Object.keys(chosen).length;
    const said = statement(pair, chosen, best);
    if (news.textContent !== said) news.textContent = said;
    const key = keyOf(chosen);
    const row = pair.rows[key];
    shown.hidden = !row;
    if (row) {
      fillTable(pair, key);
      const how = verdictOf(row) ? "outside luck" : "within luck";
      difference.textContent = `First minus second: ${differenceOf(pair, key)}: ${how}.`;
      svg.setAttribute("aria-label", `Two bars. ${compared(pair, key)}. The table below has the intervals.`);
      const width = stage.clientWidth;
      if (width) bars(svg, width, pair, key);
    }
    fillVerdict(pair, best, tried);
  }

  draw();
  const watch = new ResizeObserver(draw);
  watch.observe(stage);
  const follow = () => {
    state = copied(model.get("state"));
    draw();
  };
  model.on("change:state", follow);
  return () => {
    watch.disconnect();
    model.off("change:state", follow);
  };
}

export default { render };
