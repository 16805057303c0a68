// The parts of questions in the browser: an input for each type, tables, signs.
// `h` comes from forms_base.js, which Python puts before this text; forms come after it.

const SIGNS = { right: "✔", wrong: "✘", missed: "➜", plain: "·" };

// --- small helpers ---------------------------------------------------------------------------

function plain(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.textContent.trim();
}

// An option's letter is part of its name: feedback says "You chose C".
const lettered = (place) =>
  h(
    "span",
    { class: "ss-letter" },
    String.fromCharCode(65 + place),
    h("span", { class: "ss-hidden" }, ": "),
  );

function sign(name) {
  return h("span", { class: "ss-sign", "data-sign": name, "aria-hidden": "true" }, SIGNS[name]);
}

function chooser(id, choices, attributes) {
  return h(
    "select",
    { id, class: "ss-select", ...attributes },
    h("option", { value: "" }, `${attributes["data-word"] ?? "Choose"} ...`),
    ...choices.map(([value, html]) => h("option", { value: String(value) }, plain(html))),
  );
}

// What is said to one option, row or item: whether it holds, what it is, and why. `place` is that
// of a lettered option, else null; `signed` is false where nothing is right or wrong.
function feedbackPart(entry, place = null, signed = true) {
  return h(
    "li",
    { class: "ss-part", "data-sign": entry.sign, "data-chosen": entry.chosen ? "yes" : null },
    signed ? sign(entry.sign) : null,
    h(
      "div",
      { class: "ss-part-body" },
      h(
        "p",
        { class: "ss-part-head" },
        place === null ? null : lettered(place),
        h("span", { class: "ss-option-text", html: entry.name }),
        entry.label ? h("span", { class: "ss-badge" }, entry.label) : null,
      ),
      entry.text ? h("div", { class: "ss-why", html: entry.text }) : null,
    ),
  );
}

// --- the bodies: one function per kind of input; each returns {node, read, write, first} --------

// `q.places` is the order in which options are shown, where it is not that of the bank; an answer
// always names the bank's indices.
function options(q, id, kind) {
  const places = q.places ?? q.options.map((_, index) => index);
  const inputs = places.map((index) =>
    h("input", { type: kind, name: `${id}-option`, id: `${id}-o${index}`, value: String(index) }),
  );
  const node = h(
    "div",
    { class: "ss-options" },
    ...places.map((index, place) =>
      h(
        "label",
        { class: "ss-option", for: `${id}-o${index}` },
        inputs[place],
        lettered(place),
        h("span", { class: "ss-option-text", html: q.options[index] }),
      ),
    ),
  );
  const chosen = () => places.filter((_, place) => inputs[place].checked);
  return {
    node,
    read: () =>
      kind === "radio" ? (chosen()[0] ?? null) : chosen().sort((one, other) => one - other),
    write: (answer) => {
      const wanted = Array.isArray(answer) ? answer : [answer];
      inputs.forEach((input, place) => (input.checked = wanted.includes(places[place])));
    },
    first: () => inputs.find((input) => input.checked) ?? inputs[0],
  };
}

function number(q, id, label = "Your answer") {
  const input = h("input", {
    type: "text",
    id: `${id}-number`,
    class: "ss-input ss-number",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
  });
  const unit = q.unit ? h("span", { class: "ss-unit" }, q.unit) : null;
  const name = h("label", { for: `${id}-number`, class: "ss-label" }, label);
  if (q.unit) name.append(h("span", { class: "ss-hidden" }, ` in ${q.unit}`));
  if (unit) unit.setAttribute("aria-hidden", "true");
  return {
    node: h("div", { class: "ss-field" }, name, h("span", { class: "ss-with-unit" }, input, unit)),
    read: () => input.value.trim(),
    write: (answer) => (input.value = answer ?? ""),
    first: () => input,
  };
}

function ordering(q, id, changed) {
  let order = [...q.start];
  const list = h("ol", { class: "ss-order" });
  const moves = h("div", { class: "ss-hidden", role: "status", "aria-live": "polite" });
  function move(place, by) {
    const to = place + by;
    const name = plain(q.items[order[place]]);
    if (to < 0 || to >= order.length) {
      moves.textContent = `${name} is ${by < 0 ? "first" : "last"} already.`;
      return;
    }
    [order[place], order[to]] = [order[to], order[place]];
    draw();
    list.children[to].querySelectorAll("button")[by < 0 ? 0 : 1].focus();
    moves.textContent = `${name} moved to place ${to + 1} of ${order.length}.`;
    changed();
  }
  function draw() {
    list.replaceChildren(
      ...order.map((index, place) => {
        const name = plain(q.items[index]);
        const arrow = (by, symbol, word) =>
          h(
            "button",
            {
              type: "button",
              class: "ss-move",
              "aria-label": `Move ${word}: ${name}`,
              "aria-disabled": place + by < 0 || place + by >= order.length ? "true" : null,
              onclick: () => move(place, by),
            },
            h("span", { "aria-hidden": "true" }, symbol),
          );
        return h(
          "li",
          { class: "ss-item" },
          h("span", { class: "ss-place", "aria-hidden": "true" }, String(place + 1)),
          h("span", { class: "ss-item-text", html: q.items[index] }),
          h("span", { class: "ss-moves" }, arrow(-1, "↑", "up"), arrow(1, "↓", "down")),
        );
      }),
    );
  }
  draw();
  return {
    node: h("div", {}, list, moves),
    read: () => [...order],
    write: (answer) => {
      if (Array.isArray(answer) && answer.length === order.length) order = [...answer];
      draw();
    },
    first: () => list.querySelector("button"),
  };
}

function matching(q, id) {
  const selects = q.lefts.map((_, row) => chooser(`${id}-m${row}`, q.rights, {}));
  const node = h(
    "ul",
    { class: "ss-match" },
    ...q.lefts.map((html, row) =>
      h("li", { class: "ss-pair" }, h("label", { for: `${id}-m${row}`, html }), selects[row]),
    ),
  );
  return {
    node,
    read: () => selects.map((select) => (select.value === "" ? null : Number(select.value))),
    write: (answer) =>
      selects.forEach((select, row) => (select.value = String(answer?.[row] ?? ""))),
    first: () => selects[0],
  };
}

function prose(q, id) {
  const area = h("textarea", { id: `${id}-text`, class: "ss-input ss-text", rows: "4" });
  const rating = h("div", { class: "ss-rating" });
  let boxes = [];
  return {
    node: h(
      "div",
      { class: "ss-field ss-field-wide" },
      h("label", { for: `${id}-text`, class: "ss-label" }, "Your answer"),
      area,
    ),
    after: rating,
    // Shown below the model answer, once the text is saved.
    rate: (parts, ratings) => {
      boxes = parts.map((_, row) => h("input", { type: "checkbox", id: `${id}-r${row}` }));
      boxes.forEach((box, row) => (box.checked = Boolean(ratings?.[row])));
      rating.replaceChildren(
        h(
          "fieldset",
          { class: "ss-inner" },
          h("legend", { class: "ss-label" }, "Rate your own text: does it say this?"),
          ...parts.map((part, row) =>
            h(
              "label",
              { class: "ss-option", for: `${id}-r${row}` },
              boxes[row],
              h("span", { class: "ss-option-text", html: part.name }),
            ),
          ),
        ),
      );
    },
    unrate: () => {
      boxes = [];
      rating.replaceChildren();
    },
    read: () =>
      boxes.length
        ? { text: area.value, ratings: boxes.map((box) => box.checked) }
        : { text: area.value },
    write: (answer) => (area.value = answer?.text ?? ""),
    first: () => area,
  };
}

function classifying(q, id) {
  const withReason = q.reasons.length > 0;
  const [first, second] = q.words.map((word) => word[0].toUpperCase() + word.slice(1));
  const heads = ["Item", first, ...(withReason ? [second] : [])];
  const feedback = q.rows.map((_, row) =>
    h("td", { class: "ss-row-feedback", id: `${id}-f${row}`, role: "cell", colspan: heads.length }),
  );
  const notes = feedback.map((cell) =>
    h("tr", { role: "row", class: "ss-row ss-row-note", hidden: true }, cell),
  );
  const cells = q.rows.map((_, row) => {
    const clear = () => {
      notes[row].hidden = true;
      body[row].removeAttribute("data-sign");
    };
    const pick = (column, choices, word) =>
      chooser(`${id}-${column}${row}`, choices, {
        "aria-describedby": `${id}-f${row}`,
        "data-word": word,
        "aria-label": `${word} of ${row + 1}: ${plain(q.rows[row])}`,
        onchange: clear,
      });
    return [pick("l", q.labels, first), withReason ? pick("w", q.reasons, second) : null];
  });
  const body = q.rows.map((html, row) =>
    h(
      "tr",
      { role: "row", class: "ss-row" },
      h(
        "th",
        { scope: "row", role: "rowheader" },
        h(
          "div",
          { class: "ss-row-head" },
          h("span", { class: "ss-place", "aria-hidden": "true" }, String(row + 1)),
          h("span", { html }),
        ),
      ),
      ...cells[row].filter(Boolean).map((select) => h("td", { role: "cell" }, select)),
    ),
  );
  const node = h(
    "table",
    { class: "ss-classify", role: "table" },
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        ...heads.map((head) => h("th", { scope: "col", role: "columnheader" }, head)),
      ),
    ),
    h("tbody", { role: "rowgroup" }, ...body.flatMap((line, row) => [line, notes[row]])),
  );
  return {
    node,
    read: () => cells.map((row) => row.map((select) => select?.value || null)),
    write: (answer) =>
      cells.forEach((row, r) =>
        row.forEach((select, c) => select && (select.value = answer?.[r]?.[c] ?? "")),
      ),
    show: (parts) =>
      (parts ?? []).forEach((part, row) => {
        body[row].setAttribute("data-sign", part.sign);
        notes[row].setAttribute("data-sign", part.sign);
        notes[row].hidden = false;
        feedback[row].replaceChildren(
          sign(part.sign),
          h("strong", {}, `${part.label}. `),
          h("span", { html: part.text }),
        );
      }),
    first: () => cells[0][0],
  };
}

function deciding(q, id) {
  const choice = options(q, id, "radio");
  const levels = q.confidences.map((value) =>
    h("input", { type: "radio", name: `${id}-sure`, id: `${id}-s${value}`, value: String(value) }),
  );
  const change = h("input", {
    type: "text",
    id: `${id}-change`,
    class: "ss-input",
    autocomplete: "off",
  });
  return {
    node: h(
      "div",
      {},
      choice.node,
      h(
        "fieldset",
        { class: "ss-inner" },
        h("legend", { class: "ss-label" }, "How sure are you of this choice?"),
        h(
          "div",
          { class: "ss-levels" },
          ...levels.map((input) =>
            h(
              "label",
              { class: "ss-level", for: input.id },
              input,
              h("span", {}, `${input.value} %`),
            ),
          ),
        ),
      ),
      h(
        "div",
        { class: "ss-field ss-field-wide" },
        h("label", { for: `${id}-change`, class: "ss-label", html: q.changeMind }),
        change,
      ),
    ),
    read: () => ({
      choice: choice.read(),
      confidence: Number(levels.find((input) => input.checked)?.value) || null,
      change: change.value.trim(),
    }),
    write: (answer) => {
      choice.write(answer?.choice);
      levels.forEach((input) => (input.checked = Number(input.value) === answer?.confidence));
      change.value = answer?.change ?? "";
    },
    first: choice.first,
  };
}

function makeBody(q, id, changed) {
  switch (q.type) {
    case "single":
      return options(q, id, "radio");
    case "multiple":
      return options(q, id, "checkbox");
    case "numeric":
      return number(q, id);
    case "order":
      return ordering(q, id, changed);
    case "match":
      return matching(q, id);
    case "short":
      return prose(q, id);
    case "classify":
      return classifying(q, id);
    case "decide":
      return deciding(q, id);
    default: // predict
      return q.options.length ? options(q, id, "radio") : number(q, id, "Your prediction");
  }
}

function table(data) {
  const numeric = (html) => /^[-−$€£]?[\d.,]+( ?%)?$/.test(plain(html));
  const figures = (cells) => cells.length > 0 && cells.every(numeric);
  const shown = (tag, html, of, extra = {}) =>
    h(tag, { html, class: figures(of) ? "ss-figure" : null, ...extra });
  const columns = data.columns.map((_, i) => data.rows.map((row) => row[i]));
  const head = data.columns.map((html, i) => shown("th", html, columns[i], { scope: "col" }));
  const line = (row) =>
    row.map((html, i) =>
      i === 0 && data.rowNames ? shown("th", html, [html], { scope: "row" }) : shown("td", html, [html]),
    );
  return h(
    "div",
    { class: "ss-scroll" },
    h(
      "table",
      { class: "ss-table" },
      h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...data.rows.map((row) => h("tr", {}, ...line(row)))),
    ),
  );
}
