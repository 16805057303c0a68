// The mock exam in the browser: start page, one question at a time, report. It knows no answers.
// What is filled in is kept in the browser until Python has said that it is in the record.
// `h` and `connect` come from forms_base.js, the inputs from bodies.js: Python puts both first.

const GONE = "Python was restarted or has stopped";
const RUN = "Click into the gray cell above and press Shift+Enter; your answers are kept here.";
const UNREADABLE = "not readable";

// `timed()` says whether a clock runs at the moment.
const words = (timed) => ({
  get gone() {
    const clock = timed() ? ", and the clock runs on" : "";
    return `${GONE}, so nothing can be saved at the moment${clock}. ${RUN}`;
  },
  busy:
    "Python is busy. What you answered is kept here and is saved as soon as it is free, if time " +
    "is not up by then.",
  silent: "No reply yet. Your answer is kept here and is sent again.",
});
const UNSAVED = "Kept in this browser, not saved yet.";
const PAUSE_MS = 800; // after the last key in a text field
const STALE_MS = 40_000; // a message without any reply is given up and sent anew
const REPLY_MS = 1000; // Enter waits so long for Python's word on a typed number
const LOOK_MS = 250; // how often a notebook that opens is looked at for its section
const LOOKS = 60;
const SKEW_MS = 2000; // clocks of kernel and browser that differ by less count as the same
const ARRIVE_MS = 1500; // a notebook that was run whole has scrolled to its end by then

// --- small helpers ---------------------------------------------------------------------------

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const day = (iso) =>
  new Date(iso).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short" });

function button(text, onclick, kind = "", more = {}) {
  return h("button", { type: "button", class: `ss-button ${kind}`, onclick, ...more }, text);
}

// "14:05", or "1:02:05" from one hour on.
function clockText(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// "1 minute 20 seconds", as people say it.
function spoken(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  return [minutes ? count(minutes, "minute") : "", rest || !minutes ? count(rest, "second") : ""]
    .filter(Boolean)
    .join(" ");
}

// What this browser keeps of a sitting. Without storage it lasts as long as the page.
const MEMORY = (globalThis.steppingStonesExams ??= {});

function kept(id) {
  const name = `stepping-stones exam ${id}`;
  try {
    return JSON.parse(localStorage.getItem(name)) ?? MEMORY[name] ?? {};
  } catch {
    return MEMORY[name] ?? {};
  }
}

function keep(id, value) {
  const name = `stepping-stones exam ${id}`;
  MEMORY[name] = value;
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // storage is full or switched off
  }
}

// A link to a notebook beside this one, which JupyterLab opens in a tab of its own (elsewhere it is
// a link like any other), or to a page of the web.
function lessonLink(place, model) {
  if (place.link.startsWith("https:"))
    return h("a", { class: "ss-link", href: place.link, target: "_blank", rel: "noopener" }, place.text);
  const onclick = place.heading && place.link.includes("#") ? () => scrollTo(place.heading, link) : null;
  const link = h("a", { class: "ss-link", href: place.link, onclick: onclick ?? undefined }, place.text);
  try {
    const { rendermime } = model.widget_manager;
    const [file, anchor] = place.link.split("#");
    rendermime.resolver
      .resolveUrl(file, { attribute: "href", tag: "a" })
      .then((path) =>
        rendermime.linkHandler.handleLink(link, decodeURIComponent(path), anchor ? `#${anchor}` : ""),
      )
      .catch(() => {});
  } catch {
    // not JupyterLab
  }
  return link;
}

// JupyterLab looks for the section before a notebook that was closed has rendered its cells, and
// stays at its top. This waits for the heading, and goes there again while what stands above it
// still grows, unless the reader moves meanwhile.
function scrollTo(heading, link) {
  let looks = 0;
  let calm = 0;
  let top = null;
  const mine = link.closest(".jp-NotebookPanel");
  const stop = () => {
    clearInterval(timer);
    moves.forEach((move) => document.removeEventListener(move, stop, true));
  };
  const moves = ["wheel", "keydown", "pointerdown", "touchmove"];
  const timer = setInterval(() => {
    if (++looks > LOOKS) return stop();
    const found = [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden)")]
      .filter((panel) => panel !== mine)
      .flatMap((panel) => [...panel.querySelectorAll(".jp-MarkdownCell :is(h1, h2, h3, h4, h5, h6)")])
      .find((node) => node.textContent.replace("¶", "").trim() === heading);
    if (!found) return undefined;
    if (top === null) moves.forEach((move) => document.addEventListener(move, stop, true));
    const now = found.getBoundingClientRect().top;
    calm = top !== null && Math.abs(now - top) < 2 ? calm + 1 : 0;
    if (calm >= 6) return stop();
    if (!calm) found.scrollIntoView();
    top = found.getBoundingClientRect().top;
    return undefined;
  }, LOOK_MS);
}

function heading(level, text, more = {}) {
  return h(`h${level}`, { class: "ss-heading", tabindex: "-1", ...more }, text);
}

// --- the start page ----------------------------------------------------------------------------

function startPage(view) {
  const { scene, line } = view;
  const id = `ss${line.number}`;
  const head = heading(3, scene.title);
  const note = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const wishes = { extra: "0", timer: "shown", ...view.model.get("wishes") };
  const able = scene.exams.filter((exam) => exam.able);
  let chosen = able.find((exam) => exam.name === wishes.exam) ?? able[0];

  const abouts = new Map(); // by exam; only the chosen one's is shown
  let starting = false;

  const radio = (name, value, checked, more = {}) =>
    h("input", { type: "radio", name: `${id}-${name}`, id: `${id}-${name}-${value}`, value, checked, ...more });

  function card(exam) {
    const lacking = exam.able ? [] : ["no questions for it in this copy"];
    const facts = h("span", { class: "ss-facts" }, [...exam.facts, ...lacking].join(" · "));
    const about = h(
      "div",
      { class: "ss-about", id: `${id}-about-${exam.name}` },
      exam.advice ? h("p", {}, exam.advice) : null,
      h("div", { html: exam.about }),
      h("div", { class: "ss-covered", html: exam.covered }),
      exam.missing.length
        ? h(
            "details",
            { class: "ss-covered" },
            h("summary", {}, "What the bank lacks"),
            ...exam.missing.map((html) => h("div", { html })),
          )
        : null,
    );
    const names = h("span", { class: "ss-option-text" }, h("strong", {}, exam.title), facts);
    if (scene.exams.length === 1)
      return h("div", { class: "ss-exam-card" }, h("p", { class: "ss-exam-one" }, names), about);
    abouts.set(exam.name, about);
    const input = radio("exam", exam.name, exam === chosen, {
      disabled: !exam.able,
      "aria-describedby": about.id,
    });
    return h(
      "div",
      { class: "ss-exam-card" },
      h("label", { class: "ss-option", for: input.id }, input, names),
      about,
    );
  }

  const pills = (name, legend, choices, help) =>
    h(
      "fieldset",
      { class: "ss-inner", "aria-describedby": help ? `${id}-${name}-help` : null },
      h("legend", { class: "ss-label" }, legend),
      h(
        "div",
        { class: "ss-levels" },
        ...choices.map(([value, text]) => {
          const input = radio(name, value, value === String(wishes[name]));
          return h("label", { class: "ss-level", for: input.id }, input, h("span", {}, text));
        }),
      ),
      help ? h("p", { class: "ss-help", id: `${id}-${name}-help` }, help) : null,
    );

  const extra = pills(
    "extra",
    "Extra time",
    [
      ["0", "none"],
      ["0.25", "+25 %"],
      ["0.5", "+50 %"],
      ["1", "+100 %"],
    ],
    "If your exam grants you extra time, practice with it.",
  );
  const timer = pills("timer", "Timer", [
    ["shown", "shown"],
    ["hidden", "hidden"],
  ]);
  const main = h("button", { type: "submit", class: "ss-button ss-main" }, "Start");
  const rules = h("p", { class: "ss-help" });
  const form = h(
    "form",
    { class: "ss-question", novalidate: true },
    scene.exams.length > 1
      ? h(
          "fieldset",
          { class: "ss-inner ss-exams" },
          h("legend", { class: "ss-label" }, "Which exam?"),
          ...scene.exams.map(card),
        )
      : h("div", {}, ...scene.exams.map(card)),
    extra,
    timer,
    rules,
    h("div", { class: "ss-actions" }, main),
  );

  function told() {
    const timed = Boolean(chosen?.minutes);
    extra.hidden = timer.hidden = !timed;
    form.hidden = !scene.exams.length;
    main.hidden = !chosen;
    for (const [name, about] of abouts) about.hidden = name !== chosen?.name;
    if (!chosen) return;
    const seconds = 60 * chosen.minutes * (1 + Number(wishes.extra));
    main.textContent = timed ? `Start: ${spoken(seconds)}` : "Start";
    rules.textContent = timed
      ? "The clock runs from Start and is not stopped by anything: a closed laptop and a restarted " +
        "Python count as exam time. Every answer is saved at once. You can go back, flag questions " +
        "and change answers; nothing is marked before you hand in or time is up."
      : "No clock. Every answer is saved at once, so you can stop and go on another day. Nothing is " +
        "marked before you hand in.";
  }

  form.addEventListener("change", (event) => {
    const name = event.target.name.replace(`${id}-`, "");
    wishes[name] = event.target.value;
    chosen = able.find((exam) => exam.name === wishes.exam) ?? chosen;
    line.keep("wishes", { ...wishes });
    told();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!chosen || starting) return;
    // Not disabled: that would take the focus from the button, and the first question gets it.
    starting = true;
    view.focusNext();
    note.textContent = "";
    const message = { type: "start", blueprint: chosen.name, extra: Number(wishes.extra) };
    line.send(message, (text, reply) => {
      note.textContent = text;
      if (reply || text === UNSENT) starting = false;
    });
  });
  told();

  const goOn = scene.running.map((one) => {
    const left = h("span", {});
    const tick = () => {
      if (one.deadline) left.textContent = `, ${clockText(view.left(one.deadline))} left`;
    };
    tick();
    view.each(tick);
    return h(
      "div",
      { class: "ss-go-on" },
      h(
        "p",
        {},
        h("strong", {}, `${one.title} is running: `),
        `${one.answered} of ${one.of} answered`,
        left,
        ".",
      ),
      button(
        "Go on",
        () => line.send({ type: "go on", sitting: one.id }, (text) => (note.textContent = text)),
        "ss-main",
        { "aria-label": `Go on with ${one.title}` },
      ),
    );
  });

  const node = h(
    "div",
    {},
    head,
    ...goOn,
    form,
    note,
    earlier(view, note),
  );
  return { node, focus: () => head.focus() };
}

function earlier(view, note) {
  const { scene, line } = view;
  if (!scene.earlier.length) return null;
  return h(
    "div",
    { class: "ss-scroll" },
    h(
      "table",
      { class: "ss-table ss-earlier" },
      h("caption", {}, "Earlier sittings"),
      h(
        "thead",
        {},
        h("tr", {}, ...["Date", "Exam", "Right", "Report"].map((text) => h("th", { scope: "col" }, text))),
      ),
      h(
        "tbody",
        {},
        ...scene.earlier.map((one) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, day(one.when)),
            h("td", {}, one.title),
            h("td", {}, one.score),
            h(
              "td",
              {},
              button(
                "Look at it",
                () => line.send({ type: "report", sitting: one.id }, (text) => (note.textContent = text)),
                "ss-quiet ss-small",
                { "aria-label": `Look at ${one.title} of ${day(one.when)}` },
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

// --- the sitting ---------------------------------------------------------------------------------

function examPage(view) {
  const { scene, line, model, root } = view;
  const items = scene.items;
  const keys = items.map((item) => item.id);
  const total = items.length;
  const mine = kept(scene.id);
  const saved = model.get("drafts");
  // By "answer 07-q01" or "flag 07-q01": messages that Python has not confirmed yet.
  const unsent = { ...(saved.sitting === scene.id ? saved.unsent : {}), ...mine.unsent };
  const flying = new Map(); // of these: when they were sent
  const spent = { ...model.get("state").seconds };
  for (const [key, seconds] of Object.entries(mine.spent ?? {}))
    spent[key] = Math.max(spent[key] ?? 0, seconds);
  let hidden = mine.hidden ?? model.get("wishes").timer === "hidden";
  let at = 0;
  let body;
  let pause;
  let ending = 0;
  let over = false;
  let part = "item";
  let last = Date.now();
  let before = null;
  let spokenAt = 0;
  const told = new Map(); // by question: the text of which was said that it is no number

  // --- what is known of an item

  const state = () => model.get("state");
  const answer = (key) =>
    `answer ${key}` in unsent ? unsent[`answer ${key}`].answer : (state().answers[key] ?? null);
  const flagged = (key) =>
    `flag ${key}` in unsent ? unsent[`flag ${key}`].on : state().flags.includes(key);
  const incomplete = (key) => !(`answer ${key}` in unsent) && key in state().incomplete;
  const open = (key) => answer(key) === null;
  const typeOf = Object.fromEntries(items.map((item) => [item.id, item.type]));
  function standing(key) {
    if (open(key)) return "open";
    if (typeOf[key] !== "numeric") return incomplete(key) ? "not complete" : "answered";
    // Without a digit it is none, also before Python has said so.
    return incomplete(key) || !/\d/.test(answer(key)) ? UNREADABLE : "answered";
  }

  // --- saving

  function persist() {
    keep(scene.id, { unsent, spent, at, hidden });
    line.keep("drafts", { sitting: scene.id, unsent: { ...unsent } });
  }

  function queue(message) {
    const name = `${message.type} ${message.question}`;
    unsent[name] = message;
    persist();
    push(name);
    refresh();
  }

  function push(name) {
    if (flying.has(name) || !(name in unsent) || ending) return;
    const message = unsent[name];
    const sent = Date.now();
    flying.set(name, sent);
    line.send({ ...message, sitting: scene.id, spent: seconds(message.question) }, (text, reply) => {
      if (flying.get(name) !== sent) return; // given up and sent anew
      if (!reply) {
        // A busy kernel is waited for; without a kernel the message stays for the next one.
        if (text === UNSENT) flying.delete(name);
        warn(text === UNSENT ? UNSAVED : text);
        return;
      }
      flying.delete(name);
      if (same(unsent[name], message)) delete unsent[name];
      warn("");
      // Lines that are still open are said when one hands in, not at each of them.
      const half = text === state().incomplete[message.question] && typeOf[message.question] !== "numeric";
      const said = message.question === keys[at] && !half ? text : "";
      if (note.textContent !== said) note.textContent = said;
      persist();
      push(name);
      refresh();
    });
  }

  const seconds = (key) => Math.round((spent[key] ?? 0) * 10) / 10;

  function leave() {
    settle();
    const key = keys[at];
    if (part === "item" && !over && seconds(key) - (state().seconds[key] ?? 0) >= 1 && !(`answer ${key}` in unsent))
      if (root.dataset.kernel !== "gone")
        line.send({ type: "seen", question: key, sitting: scene.id, spent: seconds(key) }, () => {});
  }

  // --- the bar: which exam, the clock, how far

  const timer = h("span", { class: "ss-timer", role: "timer", "aria-label": "Time left" });
  const hide = button("", () => {
    hidden = !hidden;
    persist();
    tickClock();
  }, "ss-quiet ss-small");
  const timeNote = h("p", { class: "ss-time-note", role: "status", "aria-live": "polite" });
  const far = h("p", { class: "ss-far" });
  const saving = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const toOverview = button("Overview", () => show("overview"), "ss-small");
  const toEnd = button("Hand in …", () => show("end"), "ss-quiet ss-small");
  const bar = h(
    "div",
    { class: "ss-bar" },
    h("p", { class: "ss-exam-name" }, scene.title),
    h("div", { class: "ss-clock" }, ...(scene.deadline ? [timer, hide] : ["No clock"])),
    far,
    h("div", { class: "ss-bar-buttons" }, toOverview, toEnd),
  );

  function warn(text) {
    if (saving.textContent !== text) saving.textContent = text;
  }

  // --- one item

  const stage = h("div", { class: "ss-stage" });
  const note = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const flag = button("", () => {
    queue({ type: "flag", question: keys[at], on: !flagged(keys[at]) });
  });
  const clear = button("Clear my answer", () => {
    const item = items[at];
    body.write(item.start ?? null);
    queue({ type: "answer", question: item.id, answer: null });
    body.first()?.focus();
  }, "ss-quiet");
  const previous = button("Previous", () => go(at - 1));
  const next = h("button", { type: "submit", class: "ss-button ss-main" });

  // What is filled in, or null where nothing is.
  function filled() {
    const read = body.read();
    const void_ = (value) => value === null || value === "" || value === undefined;
    if (void_(read)) return null;
    return Array.isArray(read) && read.flat().every(void_) ? null : read;
  }

  function settle() {
    clearTimeout(pause);
    if (part !== "item" || !body || over) return;
    const item = items[at];
    const value = filled();
    if (item.type === "order" && open(item.id) && same(value, item.start)) return;
    if (!same(value, answer(item.id))) queue({ type: "answer", question: item.id, answer: value });
  }

  function itemView() {
    const item = items[at];
    const id = `ss${line.number}-${at}`;
    const stem = h("div", { class: "ss-stem", html: item.stem });
    const names = [`${id}-legend`];
    [...stem.children].forEach((block, index) => {
      if (block.tagName !== "P") return;
      block.id = `${id}-stem${index}`;
      names.push(block.id);
    });
    body = item.missing
      ? { node: h("div"), read: () => null, write: () => {}, first: () => next }
      : makeBody(item, id, settle);
    body.write(answer(item.id) ?? item.start ?? null);
    const set = h(
      "fieldset",
      { class: "ss-main-set", "aria-labelledby": names.join(" "), tabindex: "-1", disabled: over },
      h("legend", { class: "ss-kicker", id: names[0] }, `Question ${at + 1} of ${total}${item.type === "multiple" ? " · any number can be right" : ""}`),
      stem,
      item.table ? table(item.table) : null,
      h("div", { class: "ss-body" }, body.node),
    );
    note.textContent = state().incomplete[item.id] ?? "";
    previous.hidden = at === 0;
    next.textContent = at === total - 1 ? "To the overview" : "Next";
    const form = h(
      "form",
      { class: "ss-question", novalidate: true, "data-question": item.id, "data-type": item.type },
      set,
      note,
      h("div", { class: "ss-actions" }, previous, next, flag, clear),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      settle();
      forward(item, answer(item.id), Date.now() + REPLY_MS);
    });
    form.addEventListener("change", settle);
    form.addEventListener("input", (event) => {
      if (!event.target.matches("input[type=text]")) return;
      // Kept at once, sent when the fingers rest.
      const value = filled();
      if (!same(value, answer(item.id))) {
        unsent[`answer ${item.id}`] = { type: "answer", question: item.id, answer: value };
        persist();
        refresh();
      }
      clearTimeout(pause);
      pause = setTimeout(() => push(`answer ${item.id}`), PAUSE_MS);
    });
    form.addEventListener("focusout", () => push(`answer ${item.id}`));
    return { node: form, focus: () => set.focus() };
  }

  // To the next question; once not, where what was typed cannot be read as a number.
  function forward(item, given, until) {
    if (part !== "item" || items[at] !== item || !same(answer(item.id), given)) return;
    const key = item.id;
    if (item.type === "numeric" && given !== null && told.get(key) !== given) {
      const waits = standing(key) === "answered" && `answer ${key}` in unsent;
      if (waits && root.dataset.kernel !== "gone" && Date.now() < until) {
        setTimeout(() => forward(item, given, until), 50);
        return;
      }
      if (standing(key) === UNREADABLE) {
        told.set(key, given);
        note.textContent = state().incomplete[key] ?? `“${given}” is not a number.`;
        body.first()?.focus();
        return;
      }
    }
    if (at === total - 1) show("overview");
    else go(at + 1);
  }

  function go(place) {
    leave();
    at = Math.min(Math.max(place, 0), total - 1);
    part = "item";
    persist();
    draw(true);
  }

  // --- all items

  function overview() {
    const head = heading(4, "Overview");
    const tally = h("p", { "data-tally": true });
    const list = h(
      "ol",
      { class: "ss-overview" },
      ...keys.map((key, place) => {
        const words = h("span", { class: "ss-words" });
        const one = button("", () => go(place), "ss-jump", {
          "aria-current": place === at ? "true" : null,
        });
        one.append(
          h("span", { class: "ss-hidden" }, "Question "),
          h("span", { class: "ss-jump-number" }, String(place + 1)),
          words,
        );
        return h("li", { "data-key": key }, one);
      }),
    );
    const node = h(
      "div",
      { class: "ss-question" },
      head,
      tally,
      list,
      h(
        "div",
        { class: "ss-actions" },
        button(`Back to question ${at + 1}`, () => go(at)),
        button("Hand in …", () => show("end"), "ss-main"),
      ),
    );
    return {
      node,
      focus: () => head.focus(),
      refresh: () => {
        const flags = keys.filter(flagged).length;
        const opens = keys.filter(open).length;
        const half = keys.filter((key) => standing(key) === "not complete").length;
        const odd = keys.filter((key) => standing(key) === UNREADABLE).length;
        tally.textContent =
          [
            `${total - opens - half - odd} of ${total} answered`,
            half ? `${half} not complete` : "",
            odd ? `${odd} ${UNREADABLE}` : "",
            `${opens} open`,
            `${flags} flagged`,
          ]
            .filter(Boolean)
            .join(", ") + ".";
        [...list.children].forEach((line_) => {
          const key = line_.dataset.key;
          line_.firstChild.dataset.standing = standing(key);
          line_.firstChild.dataset.flagged = flagged(key) ? "yes" : "no";
          const words = `${standing(key)}${flagged(key) ? ", flagged" : ""}`;
          line_.querySelector(".ss-words").textContent = words;
        });
      },
    };
  }

  // --- handing in

  function warning() {
    const places = keys.map((key, place) => [key, place]);
    const opens = places.filter(([key]) => ["open", "not complete"].includes(standing(key)));
    const odd = places.filter(([key]) => standing(key) === UNREADABLE);
    const flags = places.filter(([key]) => flagged(key));
    const head = heading(4, "Hand in?");
    const jumps = (places, what) =>
      h(
        "ul",
        { class: "ss-jumps" },
        ...places.map(([, place]) =>
          h(
            "li",
            {},
            button(String(place + 1), () => go(place), "ss-small", {
              "aria-label": `Go to question ${place + 1}, ${what}`,
            }),
          ),
        ),
      );
    const box = (text, places, what) =>
      places.length ? h("div", { class: "ss-warning" }, h("p", {}, text), jumps(places, what)) : null;
    const isAre = (number) => (number === 1 ? "is" : "are");
    const node = h(
      "div",
      { class: "ss-question", role: "group", "aria-label": "Hand in?" },
      head,
      box(
        `${count(opens.length, "question")} ${isAre(opens.length)} open or not complete. ${scene.blank ?? ""}`,
        opens,
        "open",
      ),
      box(
        `${count(odd.length, "question")} ${isAre(odd.length)} ${UNREADABLE}: what you typed is no ` +
          "number of the kind asked for, so it counts as blank. Go there to see why.",
        odd,
        UNREADABLE,
      ),
      box(`${count(flags.length, "question")} ${isAre(flags.length)} flagged.`, flags, "flagged"),
      opens.length || odd.length || flags.length
        ? null
        : h("p", {}, `All ${total} questions are answered and none is flagged.`),
      h("p", {}, "After handing in you see your report, and nothing can be changed."),
      h(
        "div",
        { class: "ss-actions" },
        button(`Back to question ${at + 1}`, () => go(at)),
        button("Hand in now", () => end("handed in"), "ss-main"),
      ),
    );
    node.addEventListener("keydown", (event) => event.key === "Escape" && go(at));
    return { node, focus: () => head.focus() };
  }

  function end(why) {
    if (ending) return;
    settle();
    ending = Date.now();
    if (why === "time") lock("Time is up. Your exam is being handed in.");
    warn("Handing in …");
    const last = Object.values(unsent).map((message) => ({
      ...message,
      spent: seconds(message.question),
    }));
    line.send({ type: "end", sitting: scene.id, why, last }, (text, reply) => {
      if (!reply) {
        if (text === UNSENT) ending = 0;
        warn(text === UNSENT ? `Not handed in: ${GONE}.` : "Handing in; Python takes its time …");
        return;
      }
      if (reply.ended) return; // the report comes
      warn(text);
      // The kernel's clock is a little behind, or something failed: not at once again.
      setTimeout(
        () => {
          ending = 0;
          if (reply.wait) end(why);
        },
        reply.wait ? 1000 * reply.wait + 50 : 5000,
      );
    });
  }

  function lock(text) {
    over = true;
    // Locked inputs lose the focus; the report is to get it.
    if (root.contains(document.activeElement)) view.focusNext();
    stage.querySelectorAll("fieldset").forEach((set) => (set.disabled = true));
    if (timeNote.textContent !== text) tell(text);
  }

  // --- the clock

  const marks = scene.deadline
    ? [
        [(scene.deadline - scene.started) / 2000, "Half of the time is over."],
        [300, "5 minutes left."],
        [60, "1 minute left."],
      ].filter(([from]) => from < (scene.deadline - scene.started) / 1000)
    : [];

  function tell(text) {
    timeNote.textContent = text;
    spokenAt = Date.now();
  }

  function tickClock() {
    if (!scene.deadline) return;
    const left = view.left(scene.deadline);
    timer.textContent = clockText(left);
    timer.hidden = hidden;
    hide.textContent = hidden ? "Show timer" : "Hide timer";
    const passed = marks.filter(([from]) => before !== null && before > from && left <= from);
    before = left;
    if (passed.length && left > 0) tell(passed.at(-1)[1]);
    else if (timeNote.textContent && !over && Date.now() - spokenAt > 30_000) tell("");
    if (left > 0 || ending) return;
    if (root.dataset.kernel !== "gone") end("time");
    else lock("Time is up. Click into the gray cell above and press Shift+Enter: your exam is handed in with what was saved in time.");
  }

  function tick() {
    const now = Date.now();
    const step = Math.min((now - last) / 1000, 5); // a sleeping laptop does not look at a question
    last = now;
    if (part === "item" && !over && document.visibilityState === "visible" && root.isConnected)
      spent[keys[at]] = (spent[keys[at]] ?? 0) + step;
    if (root.dataset.kernel === "gone") {
      flying.clear();
      if (now - ending > 3000) ending = 0;
    } else {
      for (const [name, sent] of flying) if (now - sent > STALE_MS) flying.delete(name);
      if (ending && now - ending > STALE_MS) ending = 0;
      const typed = `answer ${keys[at]}`;
      for (const name of Object.keys(unsent))
        if (name !== typed || document.activeElement?.closest("fieldset") === null) push(name);
    }
    tickClock();
  }

  // --- putting it together

  const parts = { item: itemView, overview, end: warning };
  let shown;

  function show(name) {
    leave();
    part = name;
    draw(true);
  }

  function draw(focus) {
    body = null;
    shown = parts[part]();
    stage.replaceChildren(shown.node);
    refresh();
    if (!focus) return;
    shown.focus();
    bar.scrollIntoView({ block: "nearest" });
  }

  function refresh() {
    const key = keys[at];
    const answered = keys.filter((one) => standing(one) === "answered").length;
    far.textContent = `${answered} of ${total} answered`;
    flag.textContent = flagged(key) ? "Flagged: take the flag off" : "Flag for later";
    flag.classList.toggle("ss-flagged", flagged(key));
    clear.hidden = open(key);
    toOverview.hidden = toEnd.hidden = part !== "item";
    shown?.refresh?.();
  }

  function update() {
    const item = items[at];
    if (part === "item" && !(`answer ${item.id}` in unsent) && !same(filled(), answer(item.id)))
      body.write(answer(item.id) ?? item.start ?? null); // it was answered in another view
    refresh();
  }

  const first = keys.findIndex(open);
  at = Math.min(mine.at ?? Math.max(first, 0), total - 1);
  const node = h("div", {}, bar, timeNote, saving, stage);
  draw(false);
  tickClock();
  view.each(tick);
  return {
    node,
    update,
    focus: () => shown.focus(),
    leave: () => {
      if (!over && !ending) leave();
      clearTimeout(pause);
    },
  };
}

// --- the report ------------------------------------------------------------------------------------

function reportPage(view) {
  const { scene, line, model } = view;
  const head = heading(3, scene.heading);
  const note = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const shownCount = h("p", { class: "ss-help", role: "status", "aria-live": "polite" });
  keep(scene.id, null); // what is not in the record by now came too late
  if (model.get("drafts").sitting === scene.id) line.keep("drafts", {});
  const entries = scene.items.map((item, place) => reportItem(item, place, model));
  let only = false;

  function rates(caption, first, rows) {
    return h(
      "div",
      { class: "ss-scroll" },
      h(
        "table",
        { class: "ss-table ss-rates" },
        h("caption", {}, caption),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, first),
            h("th", { scope: "col" }, scene.judged ? "Right, against the pass mark" : "Right"),
          ),
        ),
        h(
          "tbody",
          {},
          ...rows.map((row) =>
            h(
              "tr",
              {},
              h(
                "th",
                { scope: "row" },
                row.link ? lessonLink({ link: row.link, text: row.name }, model) : row.name,
                row.text ? h("span", { class: "ss-help" }, ` ${row.text}`) : null,
                row.place ? h("span", { class: "ss-again-at" }, lessonLink(row.place, model)) : null,
              ),
              h(
                "td",
                { class: "ss-of" },
                `${row.right} of ${row.of}`,
                row.against ? h("span", { class: "ss-against" }, row.against) : null,
              ),
            ),
          ),
        ),
      ),
    );
  }

  const filter = button("Wrong, blank and flagged only", () => {
    only = !only;
    sift();
  }, "ss-small");
  const unfold = button("Open all", () => {
    const visible = entries.filter((entry) => !entry.node.hidden);
    const wanted = !visible.every((entry) => entry.node.open);
    visible.forEach((entry) => (entry.node.open = wanted));
    fold();
  }, "ss-quiet ss-small");

  function fold() {
    const visible = entries.filter((entry) => !entry.node.hidden);
    unfold.textContent = visible.length && visible.every((entry) => entry.node.open) ? "Close all" : "Open all";
  }

  function sift() {
    entries.forEach((entry) => (entry.node.hidden = only && !entry.again));
    filter.setAttribute("aria-pressed", String(only));
    shownCount.textContent = `${entries.filter((entry) => !entry.node.hidden).length} of ${entries.length} questions shown`;
    fold();
  }
  entries.forEach((entry) => entry.node.addEventListener("toggle", fold));
  sift();

  // Where to begin, before all numbers.
  function beginning() {
    const topics = scene.begin ?? []; // reports of notebooks saved earlier have none
    if (!topics.length) return null;
    return h(
      "div",
      { class: "ss-begin" },
      h("p", {}, topics.length > 1 ? "Begin with these, in this order:" : "Begin with:"),
      h(
        "ol",
        {},
        ...topics.map((topic) =>
          h("li", {}, lessonLink(topic, model), h("span", { class: "ss-help" }, ` ${topic.of}`)),
        ),
      ),
    );
  }

  const back = () =>
    button("Back to the start page", () => line.send({ type: "start page" }, (text) => (note.textContent = text)));
  const node = h(
    "div",
    { class: "ss-report" },
    head,
    h("p", { class: "ss-help" }, `${day(scene.when)} · ${scene.facts.join(" · ")}`),
    ...scene.notices.map((text) => h("p", { class: "ss-notice" }, text)),
    beginning(),
    h("p", { class: "ss-score", html: scene.score }),
    h("div", { class: "ss-meaning" }, ...scene.meaning.map((html) => h("p", { html }))),
    scene.topics.length ? rates("By topic of the exam", "Topic", scene.topics) : null,
    scene.objectives.length
      ? h(
          "details",
          { class: "ss-fold" },
          h("summary", {}, `By objective (${scene.objectives.length}), with where to read again`),
          rates("By objective", "Objective, and where to read again", scene.objectives),
        )
      : null,
    heading(4, "Every question"),
    h("p", {}, scene.cards, ...(scene.cards_at ? [lessonLink(scene.cards_at, model), "."] : [])),
    h("div", { class: "ss-actions ss-sift" }, filter, unfold, shownCount),
    h("div", { class: "ss-entries" }, ...entries.map((entry) => entry.node)),
    note,
    h("div", { class: "ss-actions" }, back()),
  );
  return { node, focus: () => head.focus() };
}

function reportItem(item, place, model) {
  const signs = { right: "right", wrong: "wrong", blank: "plain" };
  const words = { right: "Right", wrong: "Not right", blank: "Blank", none: "Not marked" };
  const verdict = words[item.verdict] ? item.verdict : "none";
  const facts = [
    words[verdict],
    item.flagged ? "flagged" : "",
    item.seconds ? spoken(item.seconds) : "",
  ].filter(Boolean);
  const lettered = item.type === "single" || item.type === "multiple";
  const row = (label, html) =>
    html
      ? h("div", { class: "ss-answer" }, h("p", { class: "ss-label" }, label), h("div", { html }))
      : null;
  const details = h(
    "div",
    { class: "ss-entry-body" },
    h("div", { class: "ss-stem", html: item.stem }),
    item.table ? table(item.table) : null,
    h(
      "div",
      { class: "ss-answers" },
      row("Your answer", item.yours || "none"),
      row("The right answer", item.right),
    ),
    item.parts.length
      ? h("ul", { class: "ss-parts" }, ...item.parts.map((entry, index) => feedbackPart(entry, lettered ? index : null)))
      : null,
    item.solution ? h("div", { class: "ss-solution" }, h("p", { class: "ss-label" }, "Why"), h("div", { html: item.solution })) : null,
    item.contested
      ? h(
          "div",
          { class: "ss-contested" },
          h("p", {}, h("strong", {}, "Contested: know both answers.")),
          row("What the exam's sources key", item.contested.keyed),
          row("What can be defended", item.contested.defensible),
        )
      : null,
    h(
      "p",
      { class: "ss-source" },
      item.place ? (item.place.link.startsWith("https:") ? "Read: " : "Read again: ") : "",
      item.place ? lessonLink(item.place, model) : "",
      item.place && item.source ? h("br") : "",
      item.source ? h("span", { html: `Source: ${item.source}` }) : "",
    ),
  );
  const node = h(
    "details",
    { class: "ss-entry", "data-question": item.id, "data-verdict": verdict },
    h(
      "summary",
      {},
      h(
        "span",
        { class: "ss-entry-head" },
        verdict === "none" ? null : sign(signs[verdict]),
        h("strong", {}, `${place + 1}. ${facts[0]}`),
        h("span", { class: "ss-help" }, facts.slice(1).join(" · ")),
      ),
      h("span", { class: "ss-teaser" }, plain(item.stem)),
    ),
    details,
  );
  return { node, again: item.flagged || verdict === "wrong" || verdict === "blank" };
}

// --- the widget ----------------------------------------------------------------------------------

function render({ model, el }) {
  const root = h("div", { class: "ss-form ss-quiz ss-exam" });
  const timed = () => Boolean(model.get("scene").deadline);
  const line = connect({ model, el, root, words: words(timed) });
  const page = h("div", { class: "ss-page" });
  const pages = { start: startPage, exam: examPage, report: reportPage };
  let ticks = [];
  let shown;
  let wanted = false; // whether the next page gets the focus wherever it is now
  let skew = 0; // the kernel's clock less the browser's, in milliseconds

  const view = {
    line,
    model,
    root,
    left: (deadline) => (deadline - Date.now() - skew) / 1000,
    each: (tick) => ticks.push(tick),
    focusNext: () => (wanted = true),
  };

  function draw() {
    const inside = root.contains(document.activeElement);
    const old = shown;
    shown = null;
    old?.leave?.();
    ticks = [];
    view.scene = model.get("scene");
    shown = (pages[view.scene.page] ?? startPage)(view);
    notices.replaceChildren(
      ...(view.scene.page === "report" ? [] : (view.scene.notices ?? [])).map((text) =>
        h("p", { class: "ss-notice" }, text),
      ),
    );
    page.replaceChildren(shown.node);
    root.dataset.page = view.scene.page;
    if (view.scene.deadline) root.dataset.deadline = view.scene.deadline;
    else delete root.dataset.deadline;
    const focus = old && (inside || wanted);
    wanted = false;
    if (!focus) return;
    shown.focus();
    root.scrollIntoView({ block: "nearest" });
  }

  function replied() {
    const { now } = model.get("reply");
    if (!now) return;
    const differ = now - Date.now();
    skew = Math.abs(differ) < SKEW_MS ? 0 : differ;
  }

  const notices = h("div", {});
  const update = () => shown?.update?.();
  root.append(line.banner, notices, page);
  el.append(root);
  draw();
  model.on("change:scene", draw);
  model.on("change:state", update);
  model.on("change:reply", replied);
  line.start();
  const beat = setInterval(() => ticks.forEach((tick) => tick()), 500);
  // After Run All the notebook stands at its end, and a clock that runs must not run out of sight.
  const arrive = setTimeout(() => {
    if (!timed() || root.offsetParent === null) return;
    const { top, bottom } = root.getBoundingClientRect();
    if (bottom < 0 || top > window.innerHeight) root.scrollIntoView({ block: "start" });
  }, ARRIVE_MS);

  return () => {
    clearInterval(beat);
    clearTimeout(arrive);
    shown?.leave?.();
    line.stop();
    model.off("change:scene", draw);
    model.off("change:state", update);
    model.off("change:reply", replied);
  };
}

export default { render };
