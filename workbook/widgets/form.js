// The quiz form in the browser: real inputs, one button a question, feedback in a live region.
// It knows no answers: it sends what was filled in and shows what Python writes into `forms`.
// `h` and `connect` come from forms_base.js, the inputs from bodies.js: Python puts both first.

const WORDS = {
  gone:
    "Python was restarted or has stopped, so nothing can be marked. Run this cell again: " +
    "the answers in your record come back.",
  busy: "Python is busy with a cell. Your answer is sent and is marked when that cell is done.",
  silent:
    "No reply yet. If a cell is running, your answer is marked when it is done. " +
    "If not, run this cell again.",
};
// Where feedback takes the options' place, with every option and its why.
const SWAPPED = new Set(["single", "multiple", "predict", "decide"]);

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

  const part = (entry, index) =>
    feedbackPart(entry, q.options?.length ? index : null, form.state !== "plain");

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
    if (form.contested)
      found.push(
        h("p", { class: "ss-said ss-contested" },
          h("strong", {}, "Exams key: "), h("span", { html: form.contested.keyed }),
          h("strong", {}, " What can be defended: "), h("span", { html: form.contested.defensible })),
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
