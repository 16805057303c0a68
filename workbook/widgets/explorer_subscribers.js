// Draws what the traits hold; asks nothing of a kernel, so a reopened notebook works too.
const HEIGHT = 285;
const HIGHEST_PRICE = 4;

const dollars = (value) => `$${value.toFixed(2)}`;
const whole = (value) => `$${Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: 0 })}`;

// --- what the sliders say, in words --------------------------------------------------------------

function gainOf(facts, worth, price) {
  return facts.subscribers * (worth - price);
}

function result(facts, worth, price) {
  const gain = gainOf(facts, worth, price);
  const all = `${facts.subscribers.toLocaleString("en-US")} sign-ups`;
  if (Math.abs(gain) < 0.5) return `On ${all} nothing is gained and nothing lost.`;
  return `On ${all}: a ${gain > 0 ? "gain" : "loss"} of ${whole(gain)}.`;
}

function breakEven(naive, price) {
  if (price <= 0) return "What costs nothing makes no loss.";
  if (price > naive) return "At this price it is a loss even if nobody would have bought anyway.";
  const share = 100 * (1 - price / naive);
  return `The deal turns to a loss when more than ${share.toFixed(0)} % would have bought anyway.`;
}

function statement({ facts, values }, { share, price }) {
  const worth = values[share];
  return (
    `If ${share} % of the buyers among subscribers would have bought anyway, a sign-up brings ` +
    `${dollars(worth)} and costs ${dollars(price)}. ${result(facts, worth, price)}`
  );
}

function testWords({ values, marks }, { price }) {
  const { share, low, high } = marks.test;
  return (
    `The test: of 100 buyers among subscribers, ${low.toFixed(0)} to ${high.toFixed(0)} would have ` +
    `bought anyway; the best guess is ${share.toFixed(1)} (95 % interval, for the luck of the test ` +
    `only). ${breakEven(values[0], price)}`
  );
}

function howCounted({ facts, marks }) {
  const { share, added, without, with_mails, money } = marks.test;
  return (
    `Mails added ${added.toFixed(2)} buyers per 100 sign-ups. Set against the log's ` +
    `${(100 * facts.ordered).toFixed(2)} %, that leaves ${share.toFixed(1)} % who would have bought ` +
    `anyway. Within the test it is ${without.toFixed(2)} of ${with_mails.toFixed(2)}, ` +
    `${((100 * without) / with_mails).toFixed(0)} %. All dollars above are buyers × average ` +
    `margin; in money, second orders included, a sign-up brings ${dollars(money)} by the test.`
  );
}

function truthWords({ facts, values, marks }, { price }) {
  const { share, added, money } = marks.truth;
  const worth = values[0] * (1 - share / 100);
  return (
    `The truth, which only a simulated shop can show: ${added.toFixed(2)} buyers per 100 sign-ups ` +
    `were added, so ${share.toFixed(1)} % would have bought anyway. Counted as above, a sign-up ` +
    `brings ${dollars(worth)} and costs ${dollars(price)}. ${result(facts, worth, price)} In ` +
    `money, second orders included, it brings ${dollars(money)}.`
  );
}

// --- the chart -----------------------------------------------------------------------------------

function chart(svg, width, data, state) {
  const { values, marks } = data;
  const left = 38, right = 14, top = 60, bottom = 40;
  const highest = Math.max(HIGHEST_PRICE, values[0]) * 1.08;
  const x = (share) => left + ((width - left - right) * share) / 100;
  const y = (value) => HEIGHT - bottom - ((HEIGHT - bottom - top) * value) / highest;
  const parts = [];
  const add = (...args) => parts.push(shape(...args));
  const line = (name, x1, y1, x2, y2) => add("line", { class: name, x1, y1, x2, y2 });
  const text = (name, at, up, said, anchor = "start") =>
    add("text", { class: name, x: at, y: up, "text-anchor": anchor }, said);

  const { low, high } = marks.test;
  if (state.tested)
    add("rect", { class: "band", x: x(low), y: top, width: x(high) - x(low), height: y(0) - top });
  for (let value = 0; value <= highest; value += 1) {
    line("grid", left, y(value), x(100), y(value));
    text("tick", left - 6, y(value) + 4, `$${value}`, "end");
  }
  for (const share of [0, 25, 50, 75, 100])
    text("tick", x(share), y(0) + 16, `${share} %`, share === 100 ? "end" : "middle");
  text("axis", 2, top - 12, "per sign-up");
  text("axis", (left + width - right) / 2, HEIGHT - 6, "buyers who would have bought anyway", "middle");

  // Two marks may stand close together, so their labels stand one above the other.
  const mark = (name, share, row, said) => {
    line(name, x(share), top - 18, x(share), y(0));
    text("mark", x(share) + (share > 50 ? 4 : -4), row, said, share > 50 ? "end" : "start");
  };
  if (state.tested) mark("test", marks.test.share, 18, `the test: ${marks.test.share.toFixed(1)} %`);
  if (state.shown) mark("truth", marks.truth.share, 36, `the truth: ${marks.truth.share.toFixed(1)} %`);

  line("price", x(0), y(state.price), x(100), y(state.price));
  line("naive", x(0), y(values[0]), x(100), y(values[0]));
  line("worth", x(0), y(values[0]), x(100), y(0));
  // On the side where the sinking line is far away, whatever the price.
  const above = state.price > values[0];
  text("label", x(100), y(values[0]) + (above ? 15 : -6), `naive ${dollars(values[0])}`, "end");
  text("label", x(100), y(state.price) + (above ? -6 : 15), `price ${dollars(state.price)}`, "end");

  const worth = values[state.share];
  const late = state.share > 55;
  line(worth < state.price ? "lost" : "won", x(state.share), y(worth), x(state.share), y(state.price));
  add("circle", { class: "here", cx: x(state.share), cy: y(worth), r: 7 });
  text(
    "label here-label",
    x(state.share) + (late ? -12 : 12),
    y(worth) + (state.share < 12 ? 20 : late ? 14 : -8) - (late && worth < 0.4 ? 20 : 0),
    `incremental ${dollars(worth)}`,
    late ? "end" : "start",
  );
  svg.setAttribute("width", width);
  svg.setAttribute("height", HEIGHT);
  svg.replaceChildren(...parts);
}

// --- the widget ----------------------------------------------------------------------------------

function render({ model, el }) {
  const data = {
    facts: model.get("facts"),
    values: model.get("values"),
    marks: model.get("marks"),
  };
  const { facts, values } = data;
  const kept = () => {
    const { tested, ...rest } = model.get("state");
    return { ...rest, tested: Boolean(tested || rest.shown) }; // saved before the test waited too
  };
  let state = kept();
  const uid = `ss-subs-${Math.random().toString(36).slice(2, 8)}`;

  const root = element("div", { class: "ss-explorer ss-subs" });
  // The notebook would take the arrow keys that move a slider.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  function slider(name, words, attributes, said) {
    const input = element("input", { type: "range", id: `${uid}-${name}`, ...attributes });
    input.value = state[name];
    const output = element("output", { for: input.id });
    input.addEventListener("input", () => {
      const moved = state.moved || name === "share";
      change({ [name]: Number(input.value), moved });
    });
    const show = () => {
      input.value = state[name];
      output.textContent = said(state[name]);
      input.setAttribute("aria-valuetext", said(state[name]));
    };
    const label = element("label", { for: input.id }, words, " ", output);
    return { node: element("div", { class: "ss-subs-slider" }, label, input), show };
  }

  const sliders = [
    slider("share", "Buyers among subscribers who would have bought anyway:",
      { min: 0, max: 100, step: 1 }, (share) => `${share} %`),
    slider("price", "Price asked for a sign-up:",
      { min: 0, max: HIGHEST_PRICE, step: 0.1 }, dollars),
  ];
  const form = element("fieldset", {}, element("legend", {}, "Suppose"),
    ...sliders.map(({ node }) => node));

  const svg = shape("svg", { role: "img" });
  const stage = element("div", { class: "ss-subs-stage" });
  stage.append(svg);
  const news = element("p", { class: "ss-subs-news", role: "status", "aria-live": "polite" });
  const sums = element("ul", { class: "ss-subs-sums" });
  const live = { role: "status", "aria-live": "polite" };
  const test = element("p", { class: "ss-subs-test", ...live });
  const how = element("details", {}, element("summary", {}, "How this is counted"),
    element("p", {}, howCounted(data)));
  const truth = element("p", { class: "ss-subs-truth", ...live });

  // A guess first: the test waits for the slider, the truth for the test.
  function opening(words, why, opened) {
    const button = element("button", { type: "button" }, words);
    const wait = element("span", { class: "ss-subs-wait", id: `${uid}-${Object.keys(opened)[0]}` }, why);
    button.setAttribute("aria-describedby", wait.id);
    button.addEventListener("click", () => change(opened));
    return { button, wait, node: element("p", {}, button, wait) };
  }
  const showTest = opening("Show the test", " Move the first slider to your guess first.", { tested: true });
  const showTruth = opening("Show the truth", " The test comes first.", { shown: true });
  root.append(form, news, stage, sums, showTest.node, test, how, showTruth.node, truth);
  el.append(root);

  function change(news) {
    state = { ...state, ...news };
    draw();
    try {
      model.set("state", state);
      model.save_changes();
    } catch {
      // No kernel: the choice lasts as long as the page.
    }
  }

  function draw() {
    const { share, price } = state;
    const worth = values[share];
    const gain = gainOf(facts, worth, price);
    for (const one of sliders) one.show();
    const said = statement(data, state);
    if (news.textContent !== said) news.textContent = said;
    const lines = [
      `naive value: ${(100 * facts.ordered).toFixed(2)} % who ordered × ` +
        `${dollars(facts.per_order)} margin per order = ${dollars(values[0])}`,
      `incremental value: ${dollars(values[0])} × (1 − ${(share / 100).toFixed(2)}) = ${dollars(worth)}`,
      `gain or loss: ${facts.subscribers.toLocaleString("en-US")} × (${dollars(worth)} − ` +
        `${dollars(price)}) = ${gain < 0 ? "−" : "+"}${whole(gain)}`.replace("−$", "−\u2060$"),
    ];
    sums.replaceChildren(...lines.map((text) => element("li", {}, text)));
    showTest.button.disabled = !state.moved;
    showTest.button.setAttribute("aria-disabled", !state.moved || state.tested);
    showTest.wait.hidden = state.moved;
    showTruth.button.disabled = !state.tested;
    // What was pressed keeps the focus: a disabled button would lose it.
    showTruth.button.setAttribute("aria-disabled", !state.tested || state.shown);
    showTruth.wait.hidden = state.tested;
    how.hidden = !state.tested;
    const tested = state.tested ? testWords(data, state) : "";
    if (test.textContent !== tested) test.textContent = tested;
    const true_ = state.shown ? truthWords(data, state) : "";
    if (truth.textContent !== true_) truth.textContent = true_;
    svg.setAttribute(
      "aria-label",
      `Buyers times average margin, in dollars per sign-up, by the share of buyers who would have ` +
        `bought anyway. The naive value ` +
        `stays at ${dollars(values[0])}; the incremental value sinks from there to $0.00. ` +
        `At ${share} % it is ${dollars(worth)}, the price is ${dollars(price)}.`,
    );
    const width = stage.clientWidth;
    if (width) chart(svg, width, data, state);
  }

  draw();
  const watch = new ResizeObserver(draw);
  watch.observe(stage);
  const follow = () => {
    state = kept();
    draw();
  };
  model.on("change:state", follow);
  return () => {
    watch.disconnect();
    model.off("change:state", follow);
  };
}

export default { render };
