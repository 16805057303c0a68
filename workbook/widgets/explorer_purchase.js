// The purchase explorer. All that reports can show comes worked out from Python; this file looks it
// up for the fields chosen, and judges the tasks by the states it finds.
const STATES = {right: "✓", blank: "○", "too high": "▲", "too low": "▼"};
let instances = 0;

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

// A case of a table: the options of the fields it reads, joined.
function lookUp(table, choice) {
  return table.results[table.cases[table.reads.map((name) => choice[name]).join("|")]];
}

// Reports by state, in words: "blank: Revenue and Key events; too high: Google Ads value".
function byState(cards, readings) {
  const parts = [];
  for (const state of ["blank", "too high", "too low"]) {
    const names = cards.filter((_, i) => readings[i].state === state).map((card) => card.name);
    if (names.length) parts.push(`${state}: ${listed(names)}`);
  }
  return parts.join("; ");
}

function sentence(number, cards, readings) {
  const right = readings.filter((reading) => reading.state === "right").length;
  if (right === cards.length)
    return `Event ${number} sent. All ${right} reports show the shop's numbers.`;
  return `Event ${number} sent. ${right} of ${cards.length} reports are right; ${byState(cards, readings)}.`;
}

// What keeps a sent event from doing a task, in words; [] if it is done.
function missing(task, changed, cards, readings) {
  const faults = [];
  if (task.changes !== null && changed.length > task.changes)
    faults.push(`${changed.length} fields differ from the right event (${changed.join(", ")}), ` +
      `and the task allows ${task.changes}`);
  const off = cards.map((card, i) => [card, readings[i].state])
    .filter(([card, state]) => !(task.wants[card.key] || task.wants.others).includes(state));
  for (const [card, state] of off) if (task.wants[card.key])
    faults.push(`${card.name} is ${state}, not ${listed(task.wants[card.key])}`);
  const rest = off.filter(([card]) => !task.wants[card.key]).map(([card]) => card.name);
  const wanted = task.wants.others;
  if (rest.length && wanted.length === 1)
    faults.push(`${rest.length} ${rest.length === 1 ? "report is" : "reports are"} not ${wanted[0]}`);
  else if (rest.length) faults.push(`${listed(rest)} should not be blank`);
  return faults;
}

function render({model, el}) {
  const uid = `ss-buy-${++instances}-${Math.random().toString(36).slice(2, 8)}`;
  const fields = model.get("fields"), cards = model.get("cards"), checks = model.get("checks");
  const gate = model.get("gate"), tasks = model.get("tasks"), draft = model.get("draft");
  const allRight = Object.fromEntries(fields.map(({key}) => [key, "right"]));
  let state = structuredClone(model.get("state"));

  const root = element("div", {class: "ss-explorer ss-buy"});
  // The notebook would take the arrow keys that move between radio buttons.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  function radios(name, legend, options, pick) {
    const set = element("fieldset", {}, element("legend", {}, legend));
    const inputs = new Map();
    for (const [value, ...label] of options) {
      const input = element("input", {type: "radio", name: `${uid}-${name}`, value});
      input.addEventListener("change", () => pick(value));
      inputs.set(value, input);
      set.append(element("label", {}, input, element("span", {}, ...label)));
    }
    return {set, inputs};
  }

  const marks = tasks.map(() => element("strong", {class: "ss-buy-done"}));
  const chooser = radios("task", "Task",
    tasks.map((task, i) => [task.key, `${i + 1}. ${task.words} `, marks[i]]),
    (key) => change({task: key, verdict: ""}));
  chooser.set.className = "ss-buy-tasks";

  const groups = fields.map(({key, legend, options}) => radios(key, legend,
    options.map((option) => [option.key,
      ...(option.code ? [element("code", {}, option.code)] : []),
      (option.code && option.words ? " " : "") + option.words]),
    (value) => change({choice: {...state.choice, [key]: value}})));

  const button = (words, press) => {
    const node = element("button", {type: "button", class: "ss-buy-plain"}, words);
    node.addEventListener("click", press);
    return node;
  };
  const send = element("button", {type: "submit"}, "Send");
  const form = element("form", {"aria-label": "The purchase event"},
    element("div", {class: "ss-buy-fields"}, ...groups.map(({set}) => set)),
    element("div", {class: "ss-buy-buttons"}, send,
      button("Put all fields right", () => change({choice: {...allRight}})),
      button("Back to Theo's draft", () => change({choice: {...draft}}))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendNow();
  });

  const lines = element("code", {});
  const push = element("details", {class: "ss-buy-code"},
    element("summary", {}, "The push as code"), element("pre", {}, lines));
  const live = {role: "status", "aria-live": "polite"};
  const news = element("p", {class: "ss-buy-news", ...live});
  const verdict = element("p", {class: "ss-buy-verdict", ...live});
  const since = element("p", {class: "ss-buy-since"});
  const list = element("ul", {class: "ss-buy-cards", "aria-label": "Reports"});
  const drawn = cards.map((card) => {
    const badge = element("span", {class: "ss-buy-state"});
    const shows = element("strong", {});
    const why = element("p", {class: "ss-buy-why"});
    const node = element("li", {},
      element("p", {class: "ss-buy-head"}, element("strong", {}, card.name), badge),
      element("p", {class: "ss-buy-what"}, card.what),
      element("p", {class: "ss-buy-numbers"}, element("span", {}, "report: ", shows),
        element("span", {}, "shop: ", element("strong", {}, card.truth))), why);
    list.append(node);
    return {badge, shows, why, node};
  });
  const summary = element("summary", {});
  const found = element("div", {});
  const check = element("details", {class: "ss-buy-check"}, summary, found);
  const note = element("p", {class: "ss-buy-note"}, model.get("note"));
  // Beside each other where there is room, so that fields and reports are on one screen.
  const work = element("div", {class: "ss-buy-work"}, form,
    element("div", {}, news, verdict, since, list));
  root.append(element("p", {}, model.get("intro")), chooser.set, work, push, check, note);
  el.append(root);

  const legendOf = (key) => fields.find((field) => field.key === key).legend;
  const differing = (one, other) => fields.map(({key}) => key).filter((key) => one[key] !== other[key])
    .map(legendOf);
  const readingsOf = (choice) => {
    const refused = lookUp(gate, choice);
    return cards.map((card) => refused || lookUp(card, choice));
  };

  function change(fresh) {
    state = {...state, ...fresh};
    draw();
    try { // keeps the work in the saved notebook; without a kernel the drawing is enough
      model.set("state", structuredClone(state));
      model.save_changes();
    } catch { /* no kernel */ }
  }

  function sendNow() {
    const task = tasks.find(({key}) => key === state.task);
    const readings = readingsOf(state.choice);
    const faults = missing(task, differing(state.choice, allRight), cards, readings);
    const number = tasks.indexOf(task) + 1;
    change({
      sent: {...state.choice},
      count: state.count + 1,
      done: faults.length || state.done.includes(task.key) ? state.done : [...state.done, task.key],
      verdict: faults.length ? `Task ${number} is not done yet: ${faults.join("; ")}.`
        : `✓ Task ${number} is done. ${task.next}`,
    });
  }

  // A live region speaks when its words change, so unchanged words are left in place.
  function say(node, words) {
    if (node.textContent !== words) node.textContent = words;
  }

  function draw() {
    for (const [value, input] of chooser.inputs) input.checked = state.task === value;
    tasks.forEach(({key}, i) => { marks[i].textContent = state.done.includes(key) ? "✓ done" : ""; });
    fields.forEach(({key}, i) => {
      for (const [value, input] of groups[i].inputs) input.checked = state.choice[key] === value;
    });
    lines.textContent = code();
    const readings = state.sent ? readingsOf(state.sent) : null;
    say(news, readings ? sentence(state.count, cards, readings)
      : "Nothing is sent yet. Press Send and see which reports fill.");
    say(verdict, state.verdict || "");
    verdict.classList.toggle("done", (state.verdict || "").startsWith("✓"));
    const changed = readings ? differing(state.sent, state.choice) : [];
    since.hidden = !changed.length;
    since.textContent = `Changed since: ${changed.join(", ")}. The cards still show event ${state.count}.`;
    cards.forEach((_, i) => drawCard(drawn[i], readings && readings[i], changed.length > 0));
    drawCheck();
  }

  function drawCard({badge, shows, why, node}, reading, old) {
    const is = reading ? reading.state : "waiting";
    node.className = `${is.replace(" ", "-")}${old ? " old" : ""}`;
    badge.replaceChildren(...(reading
      ? [element("span", {"aria-hidden": "true"}, STATES[is]), ` ${is}`] : ["not sent"]));
    shows.textContent = reading ? reading.shows : "–";
    why.replaceChildren(...(reading && reading.why
      ? [reading.why, " ", element("em", {}, `(${reading.basis})`)] : []));
  }

  function drawCheck() {
    check.hidden = !state.sent;
    if (!state.sent) return;
    const faults = checks.flatMap((table) => lookUp(table, state.sent));
    summary.textContent = `What a check before Send says of event ${state.count}: ` +
      (faults.length ? `${faults.length} ${faults.length === 1 ? "rule" : "rules"} broken` : "no rule broken");
    found.replaceChildren(
      ...(faults.length ? [element("ul", {}, ...faults.map((fault) => element("li", {},
        element("code", {}, fault.field), `: ${fault.what}. `, element("em", {}, "Rule: "),
        `${fault.rule} ${fault.source}.`)))] : []),
      element("p", {}, "A check sees one event. It cannot know yesterday's ids, the buyer's consent or the shop's order."));
  }

  function code() {
    const of = (key) => {
      const {options} = fields.find((field) => field.key === key);
      return options.find((option) => option.key === state.choice[key]).lines;
    };
    return [...of("cleared"), "dataLayer.push({", ...of("event"), "  ecommerce: {",
      ...["id", "value", "currency", "extras", "items"].flatMap(of), "  }", "});"].join("\n");
  }

  draw();
  const follow = () => {
    state = structuredClone(model.get("state"));
    draw();
  };
  model.on("change:state", follow);
  return () => model.off("change:state", follow);
}

export default {render};
