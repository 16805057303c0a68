// The replay explorer. Moments and groups come counted from Python; this file opens them one by
// one, takes bets, and keeps both in the synced `state`.
let instances = 0;

const percent = (value) => `${value.toFixed(1)}\u00a0%`;
const count = (value) => value.toLocaleString("en-US");
const points = (value) => `${value.toFixed(1)} ${value.toFixed(1) === "1.0" ? "point" : "points"}`;

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

// A button that cannot be pressed now stays in the tab order: focus is never lost to the page.
function allow(button, yes) { button.setAttribute("aria-disabled", yes ? "false" : "true"); }
const allowed = (button) => button.getAttribute("aria-disabled") !== "true";

function render({model, el}) {
  const uid = `ss-replay-${++instances}-${Math.random().toString(36).slice(2, 8)}`;
  const visitors = model.get("visitors"), groups = model.get("groups");
  const days = model.get("days"), few = model.get("few");
  let state = structuredClone(model.get("state"));

  const root = element("div", {class: "ss-explorer ss-replay"});
  if (!visitors.length) {
    root.append(element("p", {}, "The replay explorer needs the shop's tables, and they are not here. Run ",
      element("code", {}, "python -m workbook data"), " in a terminal, then this cell again."));
    el.append(root);
    return;
  }
  // The notebook would take the arrow keys that move between radio buttons and along the slider.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const intro = element("p", {},
    "These visitors of the shop's log were picked to show different ways, not drawn at random. " +
    "Open a visitor's moments one after another. Stop anywhere and bet: of 100 visitors who did the " +
    `same so far, how many order later, by the end of the log (day ${days})?`);

  const chooser = element("fieldset", {class: "ss-replay-who"}, element("legend", {}, "Visitor"));
  const marks = visitors.map((visitor, i) => {
    const input = element("input", {type: "radio", name: `${uid}-who`, value: String(i)});
    input.checked = state.visitor === i;
    input.addEventListener("change", () => change(() => { state.visitor = i; }, "visitor"));
    const mark = element("span", {class: "ss-replay-mark"});
    chooser.append(element("label", {}, input,
      element("span", {}, visitor.name.replace("Visitor ", "")), mark));
    return mark;
  });

  const title = element("h3", {});
  const now = element("p", {class: "ss-replay-now", role: "status", "aria-live": "polite"});
  const next = element("button", {type: "button", class: "ss-replay-next"}, "Next moment");
  const show = element("button", {type: "button", class: "ss-replay-show"});
  const buttons = element("div", {class: "ss-replay-buttons"}, next, show);

  const slider = element("input", {type: "range", min: "0", max: "100", step: "5", id: `${uid}-bet`});
  const shown = element("output", {for: `${uid}-bet`});
  const place = element("button", {type: "submit", class: "ss-replay-place"}, "Place bet");
  const legend = element("legend", {});
  const label = element("label", {for: `${uid}-bet`}, "Of 100 who did the same, order later:");
  const form = element("form", {class: "ss-replay-bet"},
    element("fieldset", {}, legend, label, element("div", {class: "ss-replay-line"}, slider, shown, place)));

  const result = element("div", {class: "ss-replay-result", role: "status", "aria-live": "polite"});
  const soFar = element("div", {class: "ss-replay-list"});

  const rule = element("details", {class: "ss-replay-rule"},
    element("summary", {}, "What “did the same” means here"),
    element("ul", {},
      element("li", {}, "Denominator: users who at some moment had done exactly the same kinds of action, before a first order."),
      element("li", {}, "Numerator: those of them who ordered after that moment. Scope: user (a browser). " +
        "Window: from that moment to the end of the log. Exclusions: none."),
      element("li", {}, `Kinds of action: ${listed(model.get("kinds"))}. Order, number, day, device and channel play no part; other events are left out.`),
      element("li", {}, "Users who came late in the log had less time to order. An order in another browser is not seen."),
      element("li", {}, "A share is no effect: that visitors who did something order more often does not show that doing it made them order.")));

  const body = element("tbody");
  const table = element("table", {}, element("caption", {}, "Your bets"),
    element("thead", {}, element("tr", {}, ...["Visitor", "After moment", "Your bet", "Did the same", "What happened"]
      .map((text) => element("th", {scope: "col"}, text)))), body);
  const verdict = element("p", {class: "ss-replay-verdict", role: "status", "aria-live": "polite"});

  root.append(intro, chooser, title, now, buttons, form, result, soFar, rule, table, verdict);
  el.append(root);

  // --- what the state says
  const who = () => visitors[state.visitor];
  const open = () => state.open[state.visitor];
  const moment = () => who().moments[open() - 1];
  const betsOf = (i) => state.bets.filter((bet) => bet.visitor === i);
  const betNow = () => state.bets.find((bet) => bet.visitor === state.visitor && bet.moment === open());
  const groupOf = (bet) => groups[visitors[bet.visitor].moments[bet.moment - 1].group];
  const isShown = () => state.shown[state.visitor];

  // --- what the learner does
  function change(how, what) {
    how();
    draw(what);
    try { // keeps bets in the saved notebook; without a kernel the drawing is enough
      model.set("state", structuredClone(state));
      model.save_changes();
    } catch { /* no kernel */ }
  }
  next.addEventListener("click", () => {
    if (allowed(next)) change(() => { state.open[state.visitor] += 1; }, "moment");
  });
  show.addEventListener("click", () => {
    if (!allowed(show)) return;
    change(() => {
      state.shown[state.visitor] = true;
      state.open[state.visitor] = who().moments.length;
    }, "end");
  });
  slider.addEventListener("input", drawSlider);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!allowed(place)) return;
    place.focus();
    const bet = {visitor: state.visitor, moment: open(), bet: Number(slider.value)};
    change(() => { state.bets.push(bet); }, "bet");
  });

  // --- drawing
  function drawSlider() {
    shown.textContent = `${slider.value}\u00a0%`;
    slider.setAttribute("aria-valuetext", `${slider.value} percent`);
  }

  function draw(what) {
    const visitor = who(), bet = betNow(), last = open() === visitor.moments.length;
    const bets = betsOf(state.visitor);
    title.textContent = visitor.name;
    legend.textContent = `Your bet on ${visitor.name}, after moment ${open()}`;
    visitors.forEach((other, i) => {
      const n = betsOf(i).length;
      marks[i].textContent = state.shown[i] ? (other.ordered ? "ordered" : "no order")
        : n ? `${n} ${n === 1 ? "bet" : "bets"}` : "";
    });

    say(now, [`Moment ${open()} of ${visitor.moments.length}: `, element("strong", {}, moment().text),
      moment().visit && !moment().text.includes(moment().visit) ? ` (${moment().visit})` : "",
      isShown() ? ". All moments are open." : last ? ". The replay stops here; what came next is not shown yet." : "."]);
    allow(next, !last);
    next.textContent = last ? "No further moment" : "Next moment";
    allow(show, bets.length > 0 && !isShown());
    show.textContent = isShown() ? "The end is shown" : bets.length ? "Show what happened" : "Show what happened (bet first)";

    allow(place, !bet && !isShown());
    place.textContent = bet ? "Bet placed" : isShown() ? "No more bets" : "Place bet";
    slider.disabled = Boolean(bet) || isShown();
    if (what !== "moment" || bet)
      slider.value = String((bet || bets.at(-1) || {bet: 50}).bet);
    drawSlider();
    drawResult(bet);
    drawList();
    drawTable();
  }

  // A live region speaks when its words change, so unchanged words are left in place.
  function say(region, parts) {
    const fresh = element("div", {}, ...parts);
    if (region.textContent !== fresh.textContent) region.replaceChildren(...fresh.childNodes);
  }

  function sentence(bet) {
    const group = groupOf(bet), gap = bet.bet - group.share;
    const same = group.done.length
      ? `${count(group.users)} visitors had at some moment done exactly this: ${listed(group.done)}.`
      : `${count(group.users)} visitors came to the shop: all of the log.`;
    const away = Math.abs(gap) < 0.05 ? "just that share"
      : `${points(Math.abs(gap))} ${gap > 0 ? "above" : "below"} that share`;
    const parts = [element("p", {}, `${same} ${count(group.later)} of them ordered later: `,
      element("strong", {}, percent(group.share)), `. Your bet, ${bet.bet}\u00a0%, is ${away}.`)];
    if (group.users < few)
      parts.push(element("p", {}, "With so few visitors the share is uncertain: its 95\u00a0% interval (Wilson) " +
        `runs from ${percent(group.low)} to ${percent(group.high)}.`));
    return parts;
  }

  function bar(words, width, className, whisker) {
    const fill = element("div", {class: `ss-replay-fill ${className}`, style: `width: ${width}%`});
    const track = element("div", {class: "ss-replay-track"}, fill);
    if (whisker)
      track.append(element("div", {class: "ss-replay-whisker",
        style: `left: ${whisker[0]}%; width: ${whisker[1] - whisker[0]}%`}));
    return [element("div", {class: "ss-replay-name"}, words), track];
  }

  function drawResult(bet) {
    const parts = [];
    const latest = bet || (isShown() && betsOf(state.visitor).at(-1));
    if (latest) {
      const group = groupOf(latest);
      if (latest !== bet) parts.push(element("p", {}, `Your last bet, after moment ${latest.moment}:`));
      parts.push(...sentence(latest));
      parts.push(element("div", {class: "ss-replay-bars", "aria-hidden": "true"},
        ...bar(`your bet ${latest.bet}\u00a0%`, latest.bet, "mine"),
        ...bar(`did the same ${percent(group.share)}`, group.share, "same",
          group.users < few ? [group.low, group.high] : null)));
    }
    if (isShown())
      parts.push(element("p", {class: "ss-replay-end"},
        element("strong", {}, `What happened to ${who().name}: `), who().outcome));
    say(result, parts);
    result.hidden = false;
  }

  function drawList() {
    const parts = [];
    let list = null;
    who().moments.slice(0, open()).forEach((one, i) => {
      if (one.visit || !list) {
        list = element("ol", {start: String(i + 1)});
        parts.push(element("h4", {}, one.visit || "Moments"), list);
      }
      const bet = state.bets.find((b) => b.visitor === state.visitor && b.moment === i + 1);
      const item = element("li", {}, one.text);
      if (bet) item.append(element("span", {class: "ss-replay-flag"}, ` (bet ${bet.bet}\u00a0%)`));
      if (i + 1 === open()) item.setAttribute("aria-current", "step");
      list.append(item);
    });
    soFar.replaceChildren(...parts);
  }

  function drawTable() {
    table.hidden = !state.bets.length;
    body.replaceChildren(...state.bets.map((bet) => {
      const visitor = visitors[bet.visitor];
      return element("tr", {}, element("th", {scope: "row"}, visitor.name.replace("Visitor ", "")),
        element("td", {}, `${bet.moment} of ${visitor.moments.length}`), element("td", {}, `${bet.bet}\u00a0%`),
        element("td", {}, percent(groupOf(bet).share)),
        element("td", {}, !state.shown[bet.visitor] ? "not shown yet" : visitor.ordered ? "ordered" : "no order"));
    }));
    say(verdict, summary());
  }

  function summary() {
    const ended = visitors.filter((_, i) => state.shown[i]);
    if (!ended.length) return [];
    const parts = ["One visitor cannot judge a bet: a bet of 10\u00a0% is not wrong because one visitor ordered. The group judges it."];
    if (state.bets.length > 1) {
      const mean = state.bets.reduce((sum, bet) => sum + Math.abs(bet.bet - groupOf(bet).share), 0) / state.bets.length;
      parts.push(` Your ${state.bets.length} bets lie ${points(mean)} from their groups on average.`);
    }
    if (ended.length === visitors.length)
      parts.push(` Of these ${visitors.length} visitors ${visitors.filter((v) => v.ordered).length} ordered, ` +
        `since they were picked so; of all ${count(groups[0].users)} in the log it was ${percent(groups[0].share)}.`);
    return parts;
  }

  draw("visitor");
}

export default {render};
