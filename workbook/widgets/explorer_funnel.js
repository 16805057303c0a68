// The funnel explorer. All states come counted from Python; this file only draws the chosen one.
const SHORT = {view_item: "view", add_to_cart: "cart", begin_checkout: "checkout", purchase: "purchase"};
const GROUPS = [
  ["log", "Log", [["mini", "six visitors"], ["shop", "the whole log"]]],
  ["scope", "What is counted", [["user", "users"], ["session", "sessions"], ["event", "events"]]],
  ["entry", "Entry", [["closed", "closed: all steps before"], ["open", "open: at any step"]]],
  ["order", "Order", [["in order", "in order"], ["directly", "directly: the very next event"], ["any", "any order"]]],
  ["window", "Longest time between two steps",
    [["none", "no limit"], ["day", "1 day"], ["half", "30 minutes"]]],
];
let instances = 0;

function keyOf(choice) {
  if (choice.scope === "event") return "event";
  if (choice.entry === "open") return `${choice.scope}|open`;
  if (choice.order === "any") return `${choice.scope}|any`;
  return `${choice.scope}|${choice.order}|${choice.window}`;
}

const NOUN = {user: ["user", "users"], session: ["session", "sessions"], event: ["event", "events"]};

function definition(choice) {
  if (choice.scope === "event")
    return "Events: every row with the step's name. Nobody is followed, so entry, order and time have no meaning.";
  const noun = NOUN[choice.scope][1];
  if (choice.entry === "open")
    return `Open funnel of ${noun}: whoever did the step counts, wherever they came in. Order and time can remove nobody.`;
  if (choice.order === "any")
    return `Closed funnel of ${noun} in any order: all steps so far, in whatever order. Time has no step to start from.`;
  const how = choice.order === "directly" ? "as the very next event after" : "after";
  const limit = {none: "at any later time", day: "within 1 day", half: "within 30 minutes"}[choice.window];
  const between = choice.order === "directly" && choice.log === "shop"
    ? " Page views, scrolls and engagement may lie between; shipping and payment details may not." : "";
  return `Closed funnel of ${noun}: each step ${how} the one before, ${limit}.${between}`;
}

// What the marks of the drawing mean; under sessions a dot is a visit, not a visitor.
function legend(choice) {
  if (choice.log === "shop") return "Bar: counted now. Dashed outline: counted before the last change.";
  if (choice.scope === "event") return "Number in a dot: how often the visitor did the step.";
  return `Large dot: a ${NOUN[choice.scope][0]}, at the last step that counts; ` +
    "in a dashed ring, at the left: at none.";
}

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

// Users and sessions have different lanes; a visitor is gone from a step if none of theirs counts.
function visitorsLost(before, now, steps) {
  const who = (lane) => lane.name.split(" ")[0];
  const at = (lanes, name) => steps.filter((_, i) => lanes.some((lane) => who(lane) === name && lane.counted[i]));
  const parts = [];
  for (const name of new Set(now.map(who))) {
    const old = at(before, name), left = at(now, name);
    const lost = old.filter((step) => !left.includes(step)).map((step) => SHORT[step]);
    const won = left.filter((step) => !old.includes(step)).map((step) => SHORT[step]);
    if (lost.length) parts.push(`${name} vanishes from ${listed(lost)}.`);
    if (won.length) parts.push(`${name} comes back at ${listed(won)}.`);
  }
  return parts;
}

// What changed between two drawings, in words: names for few visitors, numbers for the shop.
function news(before, now, steps) {
  const counts = steps.map((step, i) => `${SHORT[step]} ${now.state.counts[i].toLocaleString("en-US")}`);
  const parts = [`Now: ${counts.join(", ")}.`];
  if (!before || before.choice.log !== now.choice.log) return parts.join(" ");
  if (before.choice.scope !== now.choice.scope) {
    parts.push(`Counted are ${NOUN[now.choice.scope][1]} instead of ${NOUN[before.choice.scope][1]}.`);
    if (now.state.lanes) parts.push(...visitorsLost(before.state.lanes, now.state.lanes, steps));
    return parts.join(" ");
  }
  if (now.state.lanes) {
    const gone = [], back = [];
    for (const lane of now.state.lanes) {
      const old = before.state.lanes.find((other) => other.name === lane.name);
      const lost = steps.filter((_, i) => old.counted[i] > lane.counted[i]).map((s) => SHORT[s]);
      const won = steps.filter((_, i) => old.counted[i] < lane.counted[i]).map((s) => SHORT[s]);
      if (lost.length) gone.push(`${lane.name} vanishes from ${listed(lost)}${lane.why ? ` (${lane.why})` : ""}.`);
      if (won.length) back.push(`${lane.name} comes back at ${listed(won)}.`);
    }
    parts.push(...gone, ...back);
    if (!gone.length && !back.length) parts.push("Nobody vanishes.");
    return parts.join(" ");
  }
  const shifts = steps.map((step, i) => [SHORT[step], now.state.counts[i] - before.state.counts[i]])
    .filter(([, by]) => by)
    .map(([name, by]) => `${name} ${by > 0 ? "+" : "−"}${Math.abs(by).toLocaleString("en-US")}`);
  parts.push(shifts.length ? `Change: ${shifts.join(", ")}.` : "Nothing changes.");
  return parts.join(" ");
}

function render({model, el}) {
  const uid = `ss-funnel-${++instances}-${Math.random().toString(36).slice(2, 8)}`;
  const steps = model.get("steps");
  const logs = {mini: model.get("mini"), shop: model.get("shop")};
  const hasShop = Object.keys(logs.shop).length > 0;
  let choice = {...model.get("choice")};
  let drawn = null; // what is on the screen: {choice, state}

  const root = element("div", {class: "ss-explorer ss-funnel"});
  // The notebook would take the arrow keys that move between radio buttons.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const form = element("form", {class: "ss-funnel-form", "aria-label": "Definition of the funnel"});
  form.addEventListener("submit", (event) => event.preventDefault());
  const sets = {};
  for (const [name, legend, options] of GROUPS) {
    const set = element("fieldset", {}, element("legend", {}, legend));
    for (const [value, label] of options) {
      const input = element("input", {type: "radio", name: `${uid}-${name}`, value});
      input.checked = choice[name] === value;
      if (value === "shop" && !hasShop) input.disabled = true;
      input.addEventListener("change", () => pick(name, value));
      set.append(element("label", {}, input, element("span", {}, label)));
    }
    sets[name] = set;
    form.append(set);
  }

  const meaning = element("p", {class: "ss-funnel-meaning"});
  const key = element("p", {class: "ss-funnel-key"});
  const stage = element("div", {class: "ss-funnel-stage"});
  const svg = shape("svg", {role: "img"});
  stage.append(svg);
  const status = element("p", {class: "ss-funnel-status", role: "status", "aria-live": "polite"},
    "Change one choice: here it says who vanishes.");
  const body = element("tbody");
  const countHead = element("th", {scope: "col"}, "Counted");
  const table = element("table", {class: "ss-funnel-table"},
    element("caption", {}, "The funnel under this definition"),
    element("thead", {}, element("tr", {},
      element("th", {scope: "col"}, "Step"), countHead,
      element("th", {scope: "col"}, "Of the step before"),
      element("th", {scope: "col"}, "Of the first step"))),
    body);
  const whyHead = element("p", {class: "ss-funnel-why-head", id: `${uid}-why`}, "⊗ Done, but not counted");
  const why = element("ul", {class: "ss-funnel-why", "aria-labelledby": `${uid}-why`});
  root.append(form, meaning, stage, key, status, table, whyHead, why);
  el.append(root);

  function pick(name, value) {
    choice = {...choice, [name]: value};
    draw();
    try { // keeps the choice in the saved notebook; without a kernel the drawing is enough
      model.set("choice", choice);
      model.save_changes();
    } catch { /* no kernel */ }
  }

  function draw() {
    const state = logs[choice.log][keyOf(choice)];
    const now = {choice, state};
    sets.entry.disabled = choice.scope === "event";
    sets.order.disabled = choice.scope === "event" || choice.entry === "open";
    sets.window.disabled = sets.order.disabled || choice.order === "any";
    meaning.textContent = definition(choice);
    key.textContent = legend(choice);
    countHead.textContent = {user: "Users", session: "Sessions", event: "Events"}[choice.scope];
    fillTable(state.counts);
    fillWhy(state.lanes);
    if (state.lanes) drawLanes(state); else drawBars(state.counts);
    svg.setAttribute("aria-label", `${definition(choice)} ` +
      steps.map((step, i) => `${SHORT[step]} ${state.counts[i]}`).join(", "));
    if (drawn) status.textContent = news(drawn, now, steps);
    drawn = now;
  }

  function fillTable(counts) {
    body.replaceChildren(...steps.map((step, i) => {
      const share = (whole) => whole ? `${(100 * counts[i] / whole).toFixed(1)}\u00a0%` : "–";
      const before = i ? share(counts[i - 1]) : "";
      const over = i && counts[i] > counts[i - 1] ? " (more than before!)" : "";
      return element("tr", {}, element("th", {scope: "row"}, step),
        element("td", {}, counts[i].toLocaleString("en-US")),
        element("td", {}, before + over), element("td", {}, i ? share(counts[0]) : ""));
    }));
  }

  function fillWhy(lanes) {
    const overlooked = (lanes || []).filter((lane) => lane.why);
    whyHead.hidden = why.hidden = !lanes;
    why.replaceChildren(...(overlooked.length
      ? overlooked.map((lane) => element("li", {}, element("strong", {}, lane.name), ` ${lane.why}`))
      : [element("li", {}, "Nothing: this definition counts all that was done.")]));
  }

  // --- six visitors: one lane each, a dot that walks to the last step counted
  const ROW = 36, HEAD = 26, NARROW = 300;
  let walkers = new Map();
  let marks = null;

  function size() { return Math.max(200, Math.floor(stage.clientWidth || 600)); }

  function clear(width, height) {
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  function drawLanes(state) {
    const width = size(), outside = width < NARROW ? 30 : 34;
    const left = outside + (width < NARROW ? 18 : 42);
    const column = (i) => left + (i + 0.5) * (width - left) / steps.length;
    const row = (i) => HEAD + (i + 0.5) * ROW;
    const events = choice.scope === "event";
    clear(width, HEAD + ROW * state.lanes.length + 30);
    svg.classList.toggle("narrow", width < NARROW);
    if (marks) marks.remove(); else svg.replaceChildren();
    marks = shape("g");
    steps.forEach((step, i) => {
      marks.append(shape("text", {x: column(i), y: 16, class: "head"}, SHORT[step]));
      const foot = HEAD + ROW * state.lanes.length + 20;
      marks.append(shape("text", {x: column(i), y: foot, class: "count"}, state.counts[i]));
    });
    marks.append(shape("text", {x: 0, y: HEAD + ROW * state.lanes.length + 20, class: "name"}, "counted"));
    state.lanes.forEach((lane, r) => {
      marks.append(shape("text", {x: 0, y: row(r) + 4, class: "name"}, lane.name));
      marks.append(shape("line", {x1: left, x2: width, y1: row(r), y2: row(r), class: "lane"}));
      const counted = steps.map((_, i) => i).filter((i) => lane.counted[i]);
      if (counted.length > 1 && !events)
        marks.append(shape("line", {x1: column(counted[0]), x2: column(counted.at(-1)),
          y1: row(r), y2: row(r), class: "trail"}));
      steps.forEach((_, i) => {
        const at = {cx: column(i), cy: row(r)};
        if (lane.counted[i]) marks.append(shape("circle", {...at, r: events ? 12 : 6, class: "counted"}));
        else if (lane.done[i]) {
          marks.append(shape("circle", {...at, r: 9, class: "overlooked"}));
          marks.append(shape("text", {x: column(i), y: row(r) + 4.5, class: "cross"}, "×"));
        }
        if (events && lane.counted[i])
          marks.append(shape("text", {x: column(i), y: row(r) + 4, class: "inside"}, lane.counted[i]));
      });
    });
    svg.prepend(marks);
    placeWalkers(state, events, column, row, left - outside / 2);
  }

  function placeWalkers(state, events, column, row, away) {
    const wanted = new Map(events ? [] : state.lanes.map((lane, r) => [lane.name, [lane, r]]));
    for (const [name, walker] of walkers)
      if (!wanted.has(name)) { walker.remove(); walkers.delete(name); }
    for (const [name, [lane, r]] of wanted) {
      let walker = walkers.get(name);
      if (!walker) {
        walker = shape("g", {class: "walker"});
        walker.append(shape("circle", {r: 13}), shape("text", {y: 4}, name.split(" ")[0]));
        walkers.set(name, walker);
        svg.append(walker);
      }
      const last = lane.counted.reduce((best, is, i) => (is ? i : best), -1);
      const x = last < 0 ? away : column(last);
      walker.classList.toggle("out", last < 0);
      walker.style.transform = `translate(${x}px, ${row(r)}px)`;
    }
  }

  // --- the whole log: bars, with the definition before as a dashed outline
  function drawBars(counts) {
    walkers = new Map();
    marks = null;
    const width = size(), left = 74, right = 66, bar = 26, gap = 12;
    const before = drawn && drawn.choice.log === "shop" ? drawn.state.counts : counts;
    const most = Math.max(...counts, ...before, 1);
    const length = (value) => value / most * (width - left - right);
    clear(width, (bar + gap) * steps.length + 4);
    svg.replaceChildren();
    steps.forEach((step, i) => {
      const y = i * (bar + gap) + 4;
      svg.append(shape("text", {x: 0, y: y + bar / 2 + 4, class: "name"}, SHORT[step]));
      svg.append(shape("rect", {x: left, y, width: length(counts[i]), height: bar, class: "bar"}));
      if (before[i] !== counts[i])
        svg.append(shape("rect", {x: left, y, width: length(before[i]), height: bar, class: "ghost"}));
      svg.append(shape("text", {x: left + length(Math.max(counts[i], before[i])) + 6,
        y: y + bar / 2 + 4, class: "name"}, counts[i].toLocaleString("en-US")));
    });
  }

  let width = 0;
  const watch = new ResizeObserver(() => { // the dots keep their size, the columns move
    if (size() === width || !drawn) return;
    width = size();
    if (drawn.state.lanes) drawLanes(drawn.state); else drawBars(drawn.state.counts);
  });
  draw();
  watch.observe(stage);
  return () => watch.disconnect();
}

export default {render};
