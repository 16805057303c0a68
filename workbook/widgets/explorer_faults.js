// The fault explorer. Charts, answers and truths come from Python; this file shows what the learner
// has asked for, and keeps questions and accusations in the synced `state`.
const HEIGHT = 200;
const KEYS = [["low", "too low"], ["right", "right"], ["high", "too high"]];
let instances = 0;

const letter = (i) => String.fromCharCode(65 + i);
const said = (key) => KEYS.find(([one]) => one === key)[1];
const plural = (n, one, more) => `${n} ${n === 1 ? one : more}`;

function number(value, decimals) {
  return value.toLocaleString("en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals});
}
// As Python's `figure`: whole from 100 on and where it is whole, else one decimal.
const figure = (value) => number(value, value >= 100 || Number.isInteger(value) ? 0 : 1);
const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "") + number(Math.abs(value), 0);

// A button that cannot be pressed now stays in the tab order: focus is never lost to the page.
function allow(button, yes) { button.setAttribute("aria-disabled", yes ? "false" : "true"); }
const allowed = (button) => button.getAttribute("aria-disabled") !== "true";
// Said only when it changes, or a screen reader would repeat it.
function say(node, text) { if (node.textContent !== text) node.textContent = text; }

function render({model, el}) {
  const uid = `ss-faults-${++instances}-${Math.random().toString(36).slice(2, 8)}`;
  const cases = model.get("cases"), queries = model.get("queries");
  const culprits = model.get("culprits"), spend = model.get("spend");
  const wordsOf = Object.fromEntries(culprits.map(([key, words]) => [key, words]));
  const isFault = Object.fromEntries(culprits.map(([key, , fault]) => [key, fault]));
  const labelOf = Object.fromEntries(queries);
  let state = structuredClone(model.get("state"));

  const root = element("div", {class: "ss-explorer ss-faults"});
  if (!cases.length) {
    root.append(element("p", {}, "The fault explorer needs the shop's tables, and they are not here. Run ",
      element("code", {}, "python -m workbook data"), " in a terminal, then this cell again."));
    el.append(root);
    return;
  }
  // The notebook would take the arrow keys that move between radio buttons.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  // --- what the state says
  const now = () => cases[state.case];
  const mine = () => state.cases[state.case];
  const left = () => Math.max(0, spend - mine().asked.length);
  const right = (i) => state.cases[i].accused && state.cases[i].culprit === cases[i].truth.culprit;

  function change(how, what) {
    how();
    draw(what);
    try { // keeps the work in the saved notebook; without a kernel the drawing is enough
      model.set("state", structuredClone(state));
      model.save_changes();
    } catch { /* no kernel */ }
  }

  // --- the parts
  const intro = element("p", {},
    `Somebody saw an odd number. Ask up to ${plural(spend, "query", "queries")} of the raw log, then accuse: a fault of the ` +
    "tracking, or none? A right accusation is a point, a wrong one costs a point. Not every case is a fault.");
  const chooser = element("fieldset", {class: "ss-faults-row"}, element("legend", {}, "Case"));
  const marks = cases.map((_, i) => {
    const mark = element("span", {class: "ss-faults-mark"});
    chooser.append(radio("case", String(i), letter(i), () => change(() => { state.case = i; }, "case"), mark));
    return mark;
  });

  const title = element("h3", {});
  const claim = element("blockquote", {});
  const svg = shape("svg", {role: "img"});
  const stage = element("div", {class: "ss-faults-stage"});
  stage.append(svg);
  const key = element("p", {class: "ss-faults-key"});
  const days = element("details", {}, element("summary", {}, "The chart as a table"));

  const asking = element("h4", {}, "Ask");
  const news = element("p", {class: "ss-faults-news", role: "status", "aria-live": "polite"});
  const buttons = queries.map(([name, label]) => {
    const button = element("button", {type: "button"}, label);
    button.addEventListener("click", () => {
      if (allowed(button)) change(() => { mine().asked.push(name); }, "query");
    });
    return button;
  });
  const desk = element("div", {class: "ss-faults-desk"}, ...buttons);
  const note = element("p", {class: "ss-faults-note"});
  const answers = element("div", {class: "ss-faults-answers"});

  const who = element("fieldset", {}, element("legend", {}, "Who or what did it?"));
  const groups = [["A fault of the tracking", true], ["No fault", false]].map(([words, fault]) => {
    const id = `${uid}-${fault}`;
    const group = element("div", {role: "group", "aria-labelledby": id},
      element("p", {class: "ss-faults-group", id}, words));
    for (const [name, label, isIt] of culprits)
      if (isIt === fault) group.append(radio("culprit", name, label, () => mark("culprit", name)));
    return group;
  });
  who.append(...groups);
  const effects = ["micro", "macro"].map((which) => {
    const legend = element("legend", {});
    const set = element("fieldset", {class: "ss-faults-row"}, legend);
    for (const [name, label] of KEYS) set.append(radio(which, name, label, () => mark(which, name)));
    return {which, legend, set};
  });
  const accuse = element("button", {type: "submit"}, "Accuse");
  const missing = element("p", {class: "ss-faults-missing", role: "status", "aria-live": "polite"});
  const form = element("form", {class: "ss-faults-form"},
    element("h4", {}, "Accuse"), who, ...effects.map(({set}) => set), element("p", {}, accuse), missing);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!allowed(accuse)) return;
    accuse.focus();
    const open = unanswered();
    if (open.length) { say(missing, `Still open: ${open.join("; ")}.`); return; }
    change(() => { mine().accused = true; }, "accused");
  });

  const verdict = element("div", {class: "ss-faults-verdict", role: "status", "aria-live": "polite"});
  const truth = element("div", {});
  const score = element("p", {class: "ss-faults-score", role: "status", "aria-live": "polite"});
  root.append(intro, chooser, title, claim, stage, key, days, asking, news, desk, note, answers, form, verdict, truth, score);
  el.append(root);

  function radio(name, value, words, chosen, ...more) {
    const input = element("input", {type: "radio", name: `${uid}-${name}`, value});
    input.addEventListener("change", chosen);
    return element("label", {}, input, element("span", {}, words), ...more);
  }
  function inputs(name) { return root.querySelectorAll(`input[name="${uid}-${name}"]`); }

  // An accusation is locked once it is made.
  function mark(which, value) {
    change(() => { if (!mine().accused) mine()[which] = value; }, "mark");
  }

  function unanswered() {
    const open = [];
    if (!mine().culprit) open.push("who or what did it");
    for (const {which} of effects)
      if (!mine()[which]) open.push(`what became of ${now().truth[which].words}`);
    return open;
  }

  // --- drawing
  function draw(what) {
    const one = now(), own = mine();
    for (const name of ["culprit", "micro", "macro"])
      for (const input of inputs(name)) {
        input.checked = input.value === own[name];
        input.disabled = own.accused;
      }
    for (const input of inputs("case")) input.checked = Number(input.value) === state.case;
    cases.forEach((_, i) => {
      say(marks[i], !state.cases[i].accused ? "" : right(i) ? "✔ right" : "✘ wrong");
    });
    say(title, `Case ${letter(state.case)}`);
    claim.replaceChildren(element("strong", {}, `${one.who}: `), `“${one.says}”`);
    for (const {which, legend} of effects)
      say(legend, `The ${which} conversion: in the log of these days, ${one.truth[which].words} are …`);
    if (what === "case" || what === "all") drawDays(one);
    drawChart(one);
    drawQueries(what);
    allow(accuse, !own.accused);
    if (what !== "mark" || !unanswered().length) say(missing, "");
    drawTruth(one, own);
    drawScore();
  }

  function drawQueries(what) {
    const own = mine();
    buttons.forEach((button, i) => {
      const asked = own.asked.includes(queries[i][0]);
      allow(button, !asked && (left() > 0 || own.accused));
      button.classList.toggle("asked", asked);
    });
    const last = own.asked.at(-1);
    const rest = own.accused ? "All queries are free now."
      : left() ? `${plural(left(), "query", "queries")} left.` : "No query is left: accuse.";
    say(news, (what === "query" && last ? `${labelOf[last]}: see the table below. ` : "") + rest);
    // Tables that are there stay; the newest stands on top, next to what was pressed.
    if (answers.dataset.of !== String(state.case)) answers.replaceChildren();
    answers.dataset.of = String(state.case);
    for (const name of own.asked.slice(answers.children.length))
      answers.prepend(answerTable(labelOf[name], now().answers[name]));
    note.hidden = !own.asked.length;
    say(note, `In question: ${now().when}. Before: the same weekdays, ${now().before}. An average day of each.`);
  }

  // Its length is that share of a length which is the same in all cells.
  function bar(value, most, name) {
    const node = element("span", {class: `ss-faults-bar ${name}`, "aria-hidden": "true"});
    node.style.setProperty("--share", most ? value / most : 0);
    node.hidden = !value;
    return node;
  }

  function answerTable(label, answer) {
    const most = answer.measures.map((_, m) => Math.max(...answer.rows.flatMap(([, cells]) => cells[m])));
    const head = element("tr", {}, element("td", {rowspan: "2"}), ...answer.measures.map((words) =>
      element("th", {scope: "colgroup", colspan: "2"}, words)));
    const under = element("tr", {}, ...answer.measures.flatMap(() =>
      ["before", "in question"].map((words) => element("th", {scope: "col"}, words))));
    const body = answer.rows.map(([words, cells]) => element("tr", {}, element("th", {scope: "row"}, words),
      ...cells.flatMap((pair, m) => {
        const whole = answer.by_row ? Math.max(...pair) : most[m];
        return pair.map((value, k) =>
          element("td", {}, figure(value), bar(value, whole, k ? "now" : "then")));
      })));
    return element("div", {class: "ss-faults-table"},
      element("table", {}, element("caption", {}, label), element("thead", {}, head, under),
        element("tbody", {}, ...body)),
      ...(answer.note ? [element("p", {class: "ss-faults-note"}, answer.note)] : []));
  }

  function drawTruth(one, own) {
    verdict.hidden = truth.hidden = !own.accused;
    if (!own.accused) { verdict.replaceChildren(); truth.replaceChildren(); return; }
    const {truth: known} = one;
    if (verdict.dataset.drawn === String(state.case) && verdict.childElementCount) return drawBest(known, own);
    verdict.dataset.drawn = String(state.case);
    const good = own.culprit === known.culprit;
    const lines = [good ? `✔ Right: ${wordsOf[known.culprit]}.` : `✘ ${wrong(own.culprit, known.culprit)}`];
    for (const which of ["micro", "macro"]) {
      const {words, recorded, true: real, key: is} = known[which];
      lines.push(`${own[which] === is ? "✔" : "✘"} ${words}: ${said(is)} ` +
        `(${number(recorded, 0)} recorded, ${number(real, 0)} in truth)` +
        (own[which] === is ? "." : `; you said ${said(own[which])}.`));
    }
    verdict.replaceChildren(element("ul", {}, ...lines.map((line) => element("li", {}, line))));
    truth.replaceChildren(
      element("h4", {}, "The truth"), element("p", {}, known.why),
      element("p", {}, element("strong", {}, "What was at stake: "), known.stake),
      funnelTable(one), element("h4", {}, "The three queries that tell most"),
      element("ul", {class: "ss-faults-best"}));
    drawBest(known, own);
  }

  function drawBest(known, own) {
    truth.querySelector(".ss-faults-best").replaceChildren(...known.best.map(([name, tells]) => {
      const early = own.asked.slice(0, spend).includes(name);
      return element("li", {}, element("strong", {}, labelOf[name]), early ? " (you asked it). " : ". ", tells);
    }));
  }

  function wrong(accused, real) {
    const it = `It was this: ${wordsOf[real]}.`;
    if (!isFault[real] && isFault[accused]) return `A false alarm: nothing is wrong with the log. ${it}`;
    if (isFault[real] && !isFault[accused]) return `A fault taken for real. ${it}`;
    if (isFault[real]) return `A fault, but another one, and its cleaning rule would not have helped. ${it}`;
    return `No fault, rightly. But another reason. ${it}`;
  }

  function funnelTable(one) {
    const steps = one.truth.funnel;
    const most = Math.max(...steps.slice(1).flatMap((step) => [step.recorded, step.true]));
    const rows = steps.map((step, i) => {
      const cell = (value, name) => element("td", {}, number(value, 0),
        ...(i ? [bar(value, most, name)] : []));
      return element("tr", {}, element("th", {scope: "row"}, step.step), cell(step.recorded, "then"),
        cell(step.true, "now"), element("td", {}, signed(step.recorded - step.true)));
    });
    return element("div", {class: "ss-faults-table ss-faults-funnel"}, element("table", {},
      element("caption", {}, `The lying funnel beside the truth, ${one.when}`),
      element("thead", {}, element("tr", {}, element("td", {}),
        ...["recorded", "in truth", "difference"].map((words) => element("th", {scope: "col"}, words)))),
      element("tbody", {}, ...rows)));
  }

  function drawScore() {
    const judged = cases.map((_, i) => i).filter((i) => state.cases[i].accused);
    if (!judged.length) { say(score, ""); return; }
    const won = judged.filter(right).length, lost = judged.length - won;
    const alarms = judged.filter((i) => isFault[state.cases[i].culprit] && !isFault[cases[i].truth.culprit]).length;
    const missed = judged.filter((i) => !isFault[state.cases[i].culprit] && isFault[cases[i].truth.culprit]).length;
    const total = won - lost;
    say(score, `${judged.length} of ${plural(cases.length, "case", "cases")} judged: ${won} right, ${lost} wrong, ` +
      `${plural(alarms, "false alarm", "false alarms")}, ${plural(missed, "fault", "faults")} taken for real. ` +
      `Points: ${total < 0 ? "−" : ""}${Math.abs(total)}.`);
  }

  // --- the chart
  function drawDays(one) {
    const rows = one.chart.map((day) => element("tr", {},
      element("th", {scope: "row"}, `${day.weekday}, ${day.day}`),
      element("td", {}, number(day.value, one.decimals) + (day.asked ? " (in question)" : ""))));
    days.replaceChildren(days.firstElementChild, element("div", {class: "ss-faults-table"},
      element("table", {}, element("caption", {}, one.metric),
        element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "Day"),
          element("th", {scope: "col"}, "Number"))),
        element("tbody", {}, ...rows))));
  }

  function ticks(most) {
    const rough = most / 4, ten = 10 ** Math.floor(Math.log10(rough || 1));
    const step = [1, 2, 5, 10].map((k) => k * ten).find((one) => one >= rough);
    return Array.from({length: Math.ceil(most / step) + 1}, (_, i) => i * step);
  }

  function drawChart(one) {
    const width = Math.floor(stage.clientWidth);
    const {chart, decimals} = one;
    const others = chart.filter((day) => !day.asked).map((day) => day.value);
    const asked = chart.filter((day) => day.asked);
    svg.setAttribute("aria-label", `Bars, ${one.metric}, ${chart[0].day} to ${chart.at(-1).day}. ` +
      `In question, ${one.when}: ${asked.map((day) => number(day.value, decimals)).join(", ")}. ` +
      `The other days lie between ${number(Math.min(...others), decimals)} and ${number(Math.max(...others), decimals)}.`);
    say(key, `${one.metric[0].toUpperCase()}${one.metric.slice(1)}. Hatched, under the bracket: the days in question, ${one.when}.`);
    if (!width) return;
    const most = Math.max(...chart.map((day) => day.value), 1);
    const lines = ticks(most), top = 26, foot = 24, leftEdge = 44;
    const high = lines.at(-1);
    const y = (value) => HEIGHT - foot - ((HEIGHT - foot - top) * value) / high;
    const column = (width - leftEdge - 4) / chart.length;
    const x = (i) => leftEdge + i * column;
    const parts = [];
    const pattern = shape("pattern", {id: `${uid}-hatch`, width: 5, height: 5, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)"});
    pattern.append(shape("line", {x1: 0, y1: 0, x2: 0, y2: 5, class: "hatch"}));
    parts.push(pattern);
    for (const value of lines) {
      parts.push(shape("line", {class: "grid", x1: leftEdge, x2: width, y1: y(value), y2: y(value)}));
      parts.push(shape("text", {class: "tick", x: leftEdge - 6, y: y(value) + 4, "text-anchor": "end"},
        value.toLocaleString("en-US")));
    }
    chart.forEach((day, i) => {
      const box = {x: x(i) + 1, y: y(day.value), width: Math.max(column - 2, 1), height: y(0) - y(day.value)};
      parts.push(shape("rect", {...box, class: day.asked ? "odd" : "usual"}));
      if (day.asked) parts.push(shape("rect", {...box, class: "odd-hatch", fill: `url(#${uid}-hatch)`}));
    });
    // A label each Monday, as far as they do not touch.
    const every = column * 7 < 46 ? 2 : 1;
    chart.map((day, i) => [day, i]).filter(([day]) => day.weekday === "Mon").forEach(([day, i], n) => {
      parts.push(shape("line", {class: "axis", x1: x(i), x2: x(i), y1: y(0), y2: y(0) + 5}));
      if (n % every === 0 && x(i) + 40 < width)
        parts.push(shape("text", {class: "tick", x: x(i) + 2, y: HEIGHT - 6}, day.day));
    });
    const first = chart.findIndex((day) => day.asked);
    const from = x(first), to = x(first + asked.length);
    parts.push(shape("path", {class: "bracket", d: `M${from} 22V16H${to}V22`}));
    const middle = Math.min(Math.max((from + to) / 2, leftEdge + 36), width - 36);
    parts.push(shape("text", {class: "odd-label", x: middle, y: 11, "text-anchor": "middle"}, "in question"));
    svg.setAttribute("width", width);
    svg.setAttribute("height", HEIGHT);
    svg.replaceChildren(...parts);
  }

  draw("all");
  let width = 0;
  const watch = new ResizeObserver(() => {
    if (stage.clientWidth === width) return;
    width = stage.clientWidth;
    drawChart(now());
  });
  watch.observe(stage);
  return () => watch.disconnect();
}

export default {render};
