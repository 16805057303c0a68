// The quiz form in the browser: real inputs, one button a question, feedback in a live region.
// It knows no answers: it sends what was filled in and shows what Python writes into `forms`.
// `h` and `connect` come from forms_base.js, which Python puts before this text.

const SIGNS = { right: "✔", wrong: "✘", missed: "➜", plain: "·" };
const WORDS = {
  gone:
    "This form has lost its kernel, so nothing can be marked. Run this cell again: " +
    "the answers in your record come back.",
  busy: "The kernel is busy. Your answer is sent and is marked when the running cell is done.",
  silent:
    "No reply yet. If a cell is running, your answer is marked when it is done. " +
    "If not, run this cell again.",
};
// Where feedback takes the options' place, with every option and its why.
const SWAPPED = new Set(["single", "multiple", "predict", "decide"]);

// --- small helpers ---------------------------------------------------------------------------

function plain(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.textContent.trim();
}

const letter = (index) => String.fromCharCode(65 + index);

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

// --- the bodies: one function per kind of input; each returns {node, read, write, first} --------

function options(q, id, kind) {
  const inputs = q.options.map((_, index) =>
    h("input", { type: kind, name: `${id}-option`, id: `${id}-o${index}`, value: String(index) }),
  );
  const node = h(
    "div",
    { class: "ss-options" },
    ...q.options.map((html, index) =>
      h(
        "label",
        { class: "ss-option", for: `${id}-o${index}` },
        inputs[index],
        h("span", { class: "ss-letter", "aria-hidden": "true" }, letter(index)),
        h("span", { class: "ss-option-text", html }),
      ),
    ),
  );
  const chosen = () => inputs.flatMap((input, index) => (input.checked ? [index] : []));
  return {
    node,
    read: () => (kind === "radio" ? (chosen()[0] ?? null) : chosen()),
    write: (answer) => {
      const wanted = Array.isArray(answer) ? answer : [answer];
      inputs.forEach((input, index) => (input.checked = wanted.includes(index)));
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
  const cell = (tag, html, extra = {}) =>
    h(tag, { html, class: numeric(html) ? "ss-figure" : null, ...extra });
  return h(
    "div",
    { class: "ss-scroll" },
    h(
      "table",
      { class: "ss-table" },
      h("thead", {}, h("tr", {}, ...data.columns.map((c, i) => {
        const figures = data.rows.length && data.rows.every((row) => numeric(String(row[i])));
        return h("th", { scope: "col", html: c, class: figures ? "ss-figure" : null });
      }))),
      h("tbody", {}, ...data.rows.map((row) => h("tr", {}, ...row.map((c) => cell("td", c))))),
    ),
  );
}

// --- one question ------------------------------------------------------------------------------

function makeForm(q, position, total, view) {
  const id = `ss${view.number}-${position}`;
  const save = () => view.draft(q.id, body.read());
  const body = makeBody(q, id, save);
  const stem = h("div", { class: "ss-stem", html: q.stem });
  const names = [`${id}-legend`];
  [...stem.children].forEach((block, index) => {
    if (block.tagName !== "P") return;
    block.id = `${id}-stem${index}`;
    names.push(block.id);
  });
  const place = total > 1 ? `Question ${position + 1} of ${total}` : "Question";
  const count = view.titled ? `${place} · lesson ${q.lesson}` : place;
  const kinds = {
    multiple: "any number can be right",
    predict: "a prediction, locked when made",
    decide: "a decision, locked when made",
    short: "in your words",
  };
  const legend = h(
    "legend",
    { class: "ss-kicker", id: names[0] },
    kinds[q.type] ? `${count} · ${kinds[q.type]}` : count,
  );
  const bodyBox = h("div", { class: "ss-body" }, body.node);
  const status = h("div", {
    class: "ss-status",
    role: "status",
    "aria-live": "polite",
    tabindex: "-1",
  });
  const hint = h("div", { class: "ss-hint", role: "status", "aria-live": "polite" });
  const note = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const main = h("button", { type: "submit", class: "ss-button ss-main" }, "Check");
  const quiet = (text, onclick) =>
    h("button", { type: "button", class: "ss-button ss-quiet", onclick }, text);
  const hintButton = quiet("Hint", () => view.send({ type: "hint", id: q.id }, say));
  const revealButton = quiet("Show the answer", () => {
    view.send({ type: "reveal", id: q.id }, say);
    main.focus();
  });
  const tries = h("span", { class: "ss-tries" });
  const actions = h("div", { class: "ss-actions" }, main, hintButton, revealButton, tries);
  const node = h(
    "form",
    { class: "ss-question", novalidate: true, "data-question": q.id, "data-type": q.type },
    h(
      "fieldset",
      { class: "ss-main-set", "aria-labelledby": names.join(" ") },
      legend,
      stem,
      q.table ? table(q.table) : null,
      bodyBox,
    ),
    status,
    body.after ?? null,
    hint,
    actions,
    note,
  );
  let form = {};
  let again = false;

  function say(text) {
    note.textContent = text;
  }

  function submit(event) {
    event.preventDefault();
    if (swapped()) {
      again = true;
      draw();
      body.first()?.focus();
      return;
    }
    if (q.type === "short" && form.stage === "done" && !again) {
      again = true;
      body.unrate();
      draw();
      body.first().focus();
      return;
    }
    say("");
    view.send({ type: "answer", id: q.id, answer: body.read() }, say);
  }

  const swapped = () => SWAPPED.has(q.type) && form.state && !again;

  function summary() {
    return h(
      "p",
      { class: "ss-summary", "data-state": form.state },
      sign(form.state),
      h("strong", {}, form.summary),
    );
  }

  function part(entry, index) {
    const lettered = q.options?.length;
    return h(
      "li",
      { class: "ss-part", "data-sign": entry.sign, "data-chosen": entry.chosen ? "yes" : null },
      form.state === "plain" ? null : sign(entry.sign),
      h(
        "div",
        { class: "ss-part-body" },
        h(
          "p",
          { class: "ss-part-head" },
          lettered ? h("span", { class: "ss-letter" }, letter(index), h("span", { class: "ss-hidden" }, ": ")) : null,
          h("span", { class: "ss-option-text", html: entry.name }),
          entry.label ? h("span", { class: "ss-badge" }, entry.label) : null,
        ),
        entry.text ? h("div", { class: "ss-why", html: entry.text }) : null,
      ),
    );
  }

  function feedback() {
    if (!form.state || again) return [];
    const found = [summary()];
    if (q.type !== "classify" && q.type !== "short" && form.parts.length)
      found.push(h("ul", { class: "ss-parts" }, ...form.parts.map(part)));
    if (form.solution) {
      const heads = { short: "A model answer", predict: "Compare" };
      const head = heads[q.type] ?? (form.state === "right" ? "Why" : "The answer");
      found.push(
        h("div", { class: "ss-solution" }, h("p", { class: "ss-label" }, head), h("div", { html: form.solution })),
      );
    }
    if (q.type === "decide")
      found.push(
        h(
          "p",
          { class: "ss-said" },
          h("strong", {}, `${form.answer.confidence} % sure. `),
          h("span", { html: q.changeMind }),
          ` You said: ${form.answer.change}`,
        ),
      );
    if (q.source) found.push(h("p", { class: "ss-source" }, "Source: ", h("span", { html: q.source })));
    return found;
  }

  function draw() {
    const locked = Boolean(form.locked);
    const focused = node.contains(document.activeElement) ? document.activeElement : null;
    bodyBox.hidden = Boolean(swapped());
    status.replaceChildren(...feedback());
    hint.replaceChildren(
      ...(form.hint ? [h("p", { class: "ss-label" }, "Hint"), h("div", { html: form.hint })] : []),
    );
    hintButton.hidden = !q.hasHint || Boolean(form.hint) || locked || Boolean(swapped());
    revealButton.hidden = !form.held;
    main.hidden = locked;
    main.textContent = label();
    main.classList.toggle("ss-again", Boolean(swapped()));
    tries.textContent =
      form.attempts > 1 && form.state ? `Try ${form.attempts}; your first answer is kept apart` : "";
    actions.hidden = [...actions.children].every((child) => child.hidden || !child.textContent);
    // Focus must not fall out of the form when what held it goes.
    if (focused && focused.offsetParent === null)
      (focused === hintButton ? body.first() : main.hidden ? status : main).focus();
  }

  function label() {
    if (swapped()) return "Try again";
    if (q.type === "predict" || q.type === "decide") return "Lock it in";
    if (q.type !== "short") return "Check";
    if (form.stage === "done" && !again) return "Write it again";
    return form.stage === "rate" && !again ? "Save my rating" : "Save and compare";
  }

  node.addEventListener("submit", submit);
  node.addEventListener("change", save);
  node.addEventListener("input", (event) => {
    if (event.target.matches("textarea, input[type=text]")) view.later(save);
  });

  return {
    node,
    say,
    update(next) {
      if (JSON.stringify(next) === JSON.stringify(form)) return; // nothing new to announce
      const answered = JSON.stringify(next.answer) !== JSON.stringify(form.answer);
      const counted = next.attempts !== form.attempts || next.stage !== form.stage;
      form = next;
      if (counted) again = false;
      if (answered && next.state) body.write(next.answer);
      if (q.type === "short" && next.stage) body.rate(next.parts, next.answer?.ratings);
      if (counted) body.show?.(next.parts);
      draw();
    },
    fill(answer) {
      if (!form.locked) body.write(answer);
    },
  };
}

// --- the widget ----------------------------------------------------------------------------------

function render({ model, el }) {
  const root = h("div", { class: "ss-form ss-quiz" });
  const line = connect({ model, el, root, words: WORDS });
  const view = {
    number: line.number,
    titled: Boolean(model.get("title")),
    send: line.send,
    later: line.later,
    draft: (id, answer) => line.keep("drafts", { ...model.get("drafts"), [id]: answer }),
  };
  const questions = model.get("questions");
  const forms = questions.map((q, index) => makeForm(q, index, questions.length, view));
  const update = () =>
    questions.forEach((q, index) => forms[index].update(model.get("forms")[q.id] ?? { attempts: 0 }));

  if (model.get("title")) root.append(h("p", { class: "ss-title" }, model.get("title")));
  root.append(line.banner);
  for (const text of model.get("notices")) root.append(h("p", { class: "ss-notice" }, text));
  root.append(...forms.map((form) => form.node));
  el.append(root);

  update();
  const drafts = model.get("drafts");
  questions.forEach((q, index) => q.id in drafts && forms[index].fill(drafts[q.id]));
  model.on("change:forms", update);
  line.start();

  return () => {
    line.stop();
    model.off("change:forms", update);
  };
}

export default { render };
