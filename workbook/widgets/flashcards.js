// The flashcards in the browser: the front, the back, four ratings, and what comes after.
// `h` and `connect` come from forms_base.js, which Python puts before this text.

const WORDS = {
  gone: "Python was restarted or has stopped. Run this cell again: what you rated is kept.",
  busy: "Python is busy with another cell. Your rating is counted when it is done.",
  silent: "Python does not answer. Run this cell again if this stays.",
};

function render({ model, el }) {
  const root = h("div", { class: "ss-form ss-flashcards" });
  const line = connect({ model, el, root, words: WORDS });
  const id = (name) => `${line.number}-${name}`;

  const live = h("p", { class: "ss-hidden", role: "status", "aria-live": "polite" });
  const note = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const notices = h("div", {});
  const today = h("p", { class: "ss-today" });
  const whole = h("p", { class: "ss-soft" });
  const say = (text) => (note.textContent = text);
  const send = (message) => line.send(message, say);
  const button = (text, onclick, kind = "") =>
    h("button", { type: "button", class: `ss-button ${kind}`, onclick }, text);
  const key = (name) => h("kbd", { class: "ss-key", "aria-hidden": "true" }, name);

  // --- settings ---

  const boxes = h("div", { class: "ss-lessons" });
  const picked = () => [...boxes.querySelectorAll("input:checked")].map((box) => box.value);
  const all = button("All lessons", () => {
    boxes.querySelectorAll("input").forEach((box) => (box.checked = true));
    choose();
  }, "ss-quiet ss-small");
  let wanted = null; // what is ticked and not yet heard of: an older answer must not undo it
  function choose() {
    if (!picked().length) {
      say("Choose at least one lesson.");
      return;
    }
    wanted = picked().join();
    send({ type: "lessons", lessons: picked() });
  }
  boxes.addEventListener("change", choose);
  const dateInput = h("input", { type: "date", id: id("date"), class: "ss-input" });
  const remove = button("Remove", () => {
    dateInput.value = "";
    send({ type: "exam", date: null });
    dateInput.focus();
  }, "ss-quiet");
  const setDate = h("button", { type: "submit", class: "ss-button" }, "Set the date");
  const exam = h(
    "form",
    {
      novalidate: true,
      class: "ss-exam",
      onsubmit: (event) => {
        event.preventDefault();
        if (dateInput.value) send({ type: "exam", date: dateInput.value });
        else say("Give the whole date: day, month and year.");
      },
    },
    h("label", { for: id("date"), class: "ss-label" }, "Date of your exam"),
    h("div", { class: "ss-with-buttons" }, dateInput, setDate, remove),
    h("p", { class: "ss-soft" },
      "With a date, every card that you have begun comes at least once more before it, and new cards are spread over the days left."),
  );
  const settings = h(
    "details",
    { class: "ss-settings" },
    h("summary", {}, "Lessons and exam date"),
    h("fieldset", { class: "ss-inner" }, h("legend", { class: "ss-label" }, "Ask cards of"), boxes, all),
    exam,
  );

  // --- the card ---

  const kicker = h("p", { class: "ss-kicker", id: id("kicker") });
  const left = h("span", { class: "ss-left" });
  const front = h("div", { class: "ss-front", id: id("front") });
  const back = h("div", {
    class: "ss-back", tabindex: "-1", role: "group", "aria-label": "The answer", hidden: true,
    id: id("back"), "aria-describedby": id("back"), // focused when turned: its text is read then
  });
  const show = h(
    "button",
    {
      type: "button", class: "ss-button ss-main", onclick: turn,
      "aria-describedby": id("front"), "aria-keyshortcuts": "Space Enter",
    },
    "Show the answer ", key("Space"),
  );
  const rates = h("div", {
    class: "ss-rates", role: "group", "aria-label": "How well did you know it?", hidden: true,
  });
  const undo = h(
    "button",
    { type: "button", class: "ss-button ss-quiet ss-small", onclick: takeBack, "aria-keyshortcuts": "U" },
    "Take back the last rating ", key("U"),
  );
  const stop = button("Stop for now", () => send({ type: "stop" }), "ss-quiet ss-small");
  const more = h("div", { class: "ss-below" });
  const card = h(
    "section",
    { class: "ss-card", role: "group", "aria-labelledby": id("kicker"), tabindex: "-1" },
    h("div", { class: "ss-top" }, kicker, left),
    front, back,
    h("div", { class: "ss-ask" }, show, rates),
  );
  const summary = h("section", { class: "ss-done", tabindex: "-1", hidden: true, "aria-label": "Summary" });
  const run = h("div", { class: "ss-run" }, card, summary, more);
  const leeches = h("section", { class: "ss-leeches", hidden: true, "aria-label": "Cards that will not stay" });

  let face = {};
  let turnedUp = false;
  let since = 0;
  let thought = 0;
  let pending = false;

  function turn() {
    if (turnedUp || !face.id) return;
    thought = (performance.now() - since) / 1000;
    lay(true);
    line.keep("turned", face.turn);
    back.focus();
    back.scrollIntoView({ block: "nearest" });
  }

  function lay(up) {
    turnedUp = up;
    back.hidden = !up;
    rates.hidden = !up;
    show.hidden = up;
  }

  function rate(rating) {
    if (!turnedUp || pending) return;
    pending = true;
    say("");
    line.send({ type: "rate", card: face.id, turn: face.turn, rating, seconds: thought }, (text) => {
      pending = false;
      say(text);
    });
  }

  function takeBack() {
    if (!undo.hidden && !pending) send({ type: "undo" });
  }

  run.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const onOther = event.target.closest("button") && event.target !== show;
    if ((event.key === " " || event.key === "Enter") && !turnedUp && face.id && !onOther) {
      event.preventDefault();
      turn();
    } else if (/^[1-4]$/.test(event.key) && turnedUp) {
      event.preventDefault();
      rate(Number(event.key));
    } else if (event.key.toLowerCase() === "u") {
      event.preventDefault();
      takeBack();
    }
  });

  // --- drawing ---

  function drawHead() {
    const head = model.get("head");
    today.replaceChildren(h("strong", {}, head.today ?? ""), head.exam ? ` · ${head.exam}` : "");
    whole.textContent = head.whole ?? "";
    if (document.activeElement !== dateInput) dateInput.value = head.date ?? "";
    dateInput.min = head.least ?? "";
    remove.hidden = !head.date;
  }

  function drawLessons() {
    const lessons = model.get("lessons");
    const known = [...boxes.querySelectorAll("input")].map((box) => box.value).join();
    if (known !== lessons.map((one) => one.id).join())
      boxes.replaceChildren(
        ...lessons.map((one) => {
          const box = h("input", { type: "checkbox", id: id(`l${one.id}`), value: one.id });
          const seen = h("span", { class: "ss-soft" });
          return h("label", { class: "ss-lesson", for: box.id }, box, h("span", {}, one.label, seen));
        }),
      );
    if (lessons.filter((one) => one.chosen).map((one) => one.id).join() === wanted) wanted = null;
    lessons.forEach((one, index) => {
      const label = boxes.children[index];
      if (wanted === null) label.querySelector("input").checked = one.chosen;
      label.querySelector(".ss-soft").textContent = ` ${one.seen} of ${one.cards} seen`;
    });
    all.hidden = lessons.every((one) => one.chosen);
  }

  function drawCard() {
    const next = model.get("card");
    const end = model.get("summary");
    const inside = run.contains(document.activeElement) || leeches.contains(document.activeElement);
    const same = next.turn === face.turn && next.id === face.id;
    if (same && next.id) return;
    face = next;
    pending = false;
    card.hidden = !next.id;
    summary.hidden = Boolean(next.id);
    undo.hidden = !(next.undo || end.undo);
    stop.hidden = !next.id;
    more.replaceChildren(undo, stop);
    if (next.id) {
      kicker.textContent = next.kicker;
      card.dataset.kind = next.kind;
      left.textContent = next.left ? `${next.left} more after this` : "The last one for now";
      front.innerHTML = next.front; // HTML rendered and escaped in Python
      back.innerHTML = next.back;
      rates.replaceChildren(
        ...next.choices.map((one) =>
          h(
            "button",
            {
              type: "button", class: "ss-button ss-rate", "data-rating": one.rating,
              "aria-keyshortcuts": String(one.rating), onclick: () => rate(one.rating),
            },
            h("span", { class: "ss-rate-name" }, key(String(one.rating)), one.name),
            h("span", { class: "ss-when" }, one.when),
          ),
        ),
      );
      lay(model.get("turned") === next.turn);
      since = performance.now();
      if (inside) show.focus({ preventScroll: true });
      if (inside) card.scrollIntoView({ block: "nearest" });
      live.textContent = next.said
        ? `${next.said} ${next.said.startsWith("Taken back") ? "This card again." : "Next card."}`
        : "";
    } else {
      summary.replaceChildren(
        h("p", { class: "ss-title" }, end.title ?? ""),
        ...(end.lines ?? []).map((text) => h("p", {}, text)),
        h(
          "div",
          { class: "ss-actions" },
          end.left ? button("Go on", () => send({ type: "go on" }), "ss-main") : null,
          end.more ? button(`Learn ${end.more} new cards now`, () => send({ type: "more" }), "ss-main") : null,
        ),
      );
      if (!end.left && !end.more) summary.querySelector(".ss-actions").remove();
      if (inside) summary.focus();
      live.textContent = [end.said, end.title, ...(end.lines ?? [])].filter(Boolean).join(" ");
    }
  }

  function drawLeeches() {
    const found = model.get("leeches");
    leeches.hidden = !found.length;
    leeches.replaceChildren(
      h("p", { class: "ss-label" }, "Cards that will not stay"),
      h("p", { class: "ss-soft" },
        "Asking once more does not help: reread the place in the lesson, and say it in your own words. " +
        "Forgotten today, such a card is not asked again before tomorrow."),
      h("ul", {}, ...found.map((one) =>
        h("li", { class: "ss-leech" },
          h("div", {}, h("span", { html: one.name }), h("span", { class: "ss-soft" }, ` ${one.text}`)),
          one.rests
            ? h("button", { type: "button", class: "ss-button ss-quiet ss-small",
                onclick: () => send({ type: "leech", card: one.id }) },
                "Ask it now", h("span", { class: "ss-hidden", html: `: ${one.name}` }))
            : null),
      )),
    );
  }

  function drawNotices() {
    notices.replaceChildren(...model.get("notices").map((html) => h("p", { class: "ss-notice", html })));
  }

  root.append(line.banner, notices, today, whole, run, note, live, leeches, settings);
  el.append(root);

  // A card and the summary come in one message, so either tells of both.
  const drawn = {
    head: drawHead, lessons: drawLessons, card: drawCard, summary: drawCard, leeches: drawLeeches,
    notices: drawNotices,
  };
  drawHead();
  drawLessons();
  drawLeeches();
  drawNotices();
  drawCard();
  Object.entries(drawn).forEach(([name, draw]) => model.on(`change:${name}`, draw));
  line.start();

  return () => {
    line.stop();
    Object.entries(drawn).forEach(([name, draw]) => model.off(`change:${name}`, draw));
  };
}

export default { render };
