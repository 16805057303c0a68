// A form of labeled fields: real inputs, buttons that ask Python, a result below them.
// It knows no rules: it sends what is filled in and shows what Python writes into `result`.
// `h` and `connect` come from forms_base.js, which Python puts before this text.

const WORDS = {
  gone:
    "Python was restarted or has stopped, so these buttons do nothing. Run this cell again: " +
    "what you last did with them comes back.",
  busy: "Python is busy with a cell. This is sent, and is done when that cell is done.",
  silent:
    "No reply yet. If a cell is running, this is done when it is done. " +
    "If not, run this cell again.",
};

// --- one function per kind of field; each returns {node, box, read, write, first, invalid} -------

function labeled(f, id, control) {
  const name = h("label", { for: id, class: "ss-label" }, f.label);
  if (f.unit) name.append(h("span", { class: "ss-hidden" }, ` in ${f.unit}`));
  const unit = f.unit ? h("span", { class: "ss-unit", "aria-hidden": "true" }, f.unit) : null;
  return [name, unit ? h("span", { class: "ss-with-unit" }, control, unit) : control];
}

function single(f, control, parts) {
  return {
    parts,
    tag: "div",
    attributes: {},
    read: () => control.value,
    write: (value) => (control.value = value ?? ""),
    first: () => control,
    marked: [control],
    described: [control],
  };
}

function selecting(f, id) {
  const control = h(
    "select",
    { id, class: "ss-select" },
    h("option", { value: "" }, "Choose ..."),
    ...f.options.map(([key, label]) => h("option", { value: key }, label)),
  );
  return single(f, control, labeled(f, id, control));
}

function typing(f, id) {
  const attributes = { id, class: "ss-input", autocomplete: "off", maxlength: f.most ?? 400 };
  const control =
    (f.lines ?? 1) > 1
      ? h("textarea", { ...attributes, class: "ss-input ss-text", rows: f.lines })
      : h("input", { ...attributes, type: "text" });
  const body = single(f, control, labeled(f, id, control));
  body.attributes.class = "ss-field-wide";
  return body;
}

function counting(f, id) {
  const control = h("input", {
    id,
    type: "text",
    class: "ss-input ss-number",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
  });
  return single(f, control, labeled(f, id, control));
}

function boxes(f, id, kind) {
  const inputs = f.options.map(([key], index) =>
    h("input", { type: kind, name: id, id: `${id}-${index}`, value: key }),
  );
  const rows = f.options.map(([, label], index) =>
    h(
      "label",
      { class: "ss-option", for: `${id}-${index}` },
      inputs[index],
      h("span", { class: "ss-option-text" }, label),
    ),
  );
  const legend = h("legend", { class: "ss-label", id: `${id}-legend` }, f.label);
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const radios = kind === "radio";
  return {
    parts: [legend, h("div", { class: "ss-options" }, ...rows)],
    tag: "fieldset",
    attributes: radios ? { role: "radiogroup", "aria-labelledby": `${id}-legend` } : {},
    read: () => (radios ? (chosen()[0] ?? null) : chosen()),
    write: (value) =>
      inputs.forEach((input) => {
        input.checked = radios ? input.value === value : (value ?? []).includes(input.value);
      }),
    first: () => inputs.find((input) => input.checked) ?? inputs[0],
    marked: radios ? null : inputs, // null: the group itself is what is wrong
    described: null,
  };
}

function makeField(f, id) {
  const kinds = {
    choice: () => (f.as === "select" ? selecting(f, id) : boxes(f, id, "radio")),
    many: () => boxes(f, id, "checkbox"),
    number: () => counting(f, id),
    text: () => typing(f, id),
  };
  const body = kinds[f.kind]();
  const help = f.help ? h("p", { class: "ss-help", id: `${id}-help`, html: f.help }) : null;
  const error = h("p", { class: "ss-error", id: `${id}-error` });
  const { class: more = "", ...attributes } = body.attributes;
  const node = h(
    body.tag,
    { class: `ss-field ${more}`.trim(), "data-field": f.name, ...attributes },
    body.parts[0],
    help,
    ...body.parts.slice(1),
    error,
  );
  const described = body.described ?? [node];
  const marked = body.marked ?? [node];

  function invalid(text) {
    error.replaceChildren(
      ...(text ? [h("span", { "aria-hidden": "true" }, "▲ "), text] : []),
    );
    const ids = [help && `${id}-help`, text && `${id}-error`].filter(Boolean).join(" ");
    for (const one of described)
      ids ? one.setAttribute("aria-describedby", ids) : one.removeAttribute("aria-describedby");
    for (const one of marked)
      text ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid");
  }
  invalid("");
  return { f, node, invalid, read: body.read, write: body.write, first: body.first };
}

// --- the widget ----------------------------------------------------------------------------------

function render({ model, el }) {
  const root = h("div", { class: "ss-form ss-fields" });
  const line = connect({ model, el, root, words: WORDS });
  const fields = model.get("fields").map((f, index) => makeField(f, `ss${line.number}-${index}`));
  const byName = Object.fromEntries(fields.map((field) => [field.f.name, field]));
  const said = h("p", { class: "ss-said-now", role: "status", "aria-live": "polite" });
  const note = h("p", { class: "ss-note", role: "status", "aria-live": "polite" });
  const result = h("div", { class: "ss-result" });
  const asked = new Set(); // fields whose first fault takes the focus: only after a click here

  const read = () => Object.fromEntries(fields.map((field) => [field.f.name, field.read()]));
  const save = () => line.keep("values", read());

  function write(values) {
    for (const [name, value] of Object.entries(values)) byName[name]?.write(value);
    fit();
  }

  // A field that hangs on another one comes and goes with it.
  function fit() {
    for (const { f, node } of fields)
      node.hidden = !Object.entries(f.only_if ?? {}).every(
        ([name, allowed]) => !byName[name].node.hidden && allowed.includes(byName[name].read()),
      );
    for (const group of root.querySelectorAll(".ss-group"))
      group.hidden = [...group.querySelectorAll(".ss-field")].every((node) => node.hidden);
  }

  function act(action) {
    note.textContent = "";
    asked.add(action);
    line.send({ type: "act", action, values: read() }, (text) => (note.textContent = text));
  }

  function draw() {
    const { text = "", html = "", errors = {}, action = "" } = model.get("result");
    said.textContent = text;
    said.dataset.state = Object.keys(errors).length ? "wrong" : "plain";
    result.innerHTML = html; // built and escaped in Python
    for (const field of fields) field.invalid(errors[field.f.name] ?? "");
    const wrong = fields.find((field) => field.f.name in errors && !field.node.hidden);
    if (asked.delete(action) && wrong) wrong.first().focus();
    reach();
  }

  // What scrolls must be reachable by keyboard; what does not must not be one more stop.
  function reach() {
    for (const box of root.querySelectorAll(".ss-scroll")) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      const name = box.querySelector("caption")?.textContent ?? "Table";
      const attributes = { tabindex: "0", role: "region", "aria-label": name };
      for (const [key, value] of Object.entries(attributes))
        wide ? box.setAttribute(key, value) : box.removeAttribute(key);
    }
  }

  function arranged() {
    const blocks = [];
    let group = null;
    for (const { f, node } of fields) {
      if (!f.group) blocks.push(node);
      else if (group?.name === f.group) group.node.append(node);
      else {
        const legend = h("legend", { class: "ss-group-name" }, f.group);
        blocks.push(h("fieldset", { class: "ss-group" }, legend, node));
      }
      group = f.group ? { name: f.group, node: blocks.at(-1) } : null;
    }
    return blocks;
  }

  const buttons = model.get("actions").map(({ name, label }, index) =>
    h(
      "button",
      {
        type: index ? "button" : "submit",
        class: index ? "ss-button" : "ss-button ss-main",
        onclick: index ? () => act(name) : null,
      },
      label,
    ),
  );
  const title = model.get("title");
  const form = h(
    "form",
    { class: "ss-card", novalidate: true, "aria-label": title || "Form" },
    title ? h("p", { class: "ss-title" }, title) : null,
    model.get("intro") ? h("div", { class: "ss-intro", html: model.get("intro") }) : null,
    ...arranged(),
    h("div", { class: "ss-actions" }, ...buttons),
    note,
    said,
    result,
  );
  root.append(line.banner, form);
  el.append(root);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(model.get("actions")[0].name);
  });
  const changed = (event) => byName[event.target.closest("[data-field]")?.dataset.field];
  form.addEventListener("change", (event) => {
    changed(event)?.invalid("");
    fit();
    save();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches("textarea, input[type=text]")) return;
    changed(event)?.invalid("");
    line.later(save);
  });

  form.addEventListener("toggle", reach, true); // a table in an opened <details>

  const filled = () => write(model.get("put").values ?? {});
  write(model.get("values"));
  draw();
  model.on("change:result", draw);
  model.on("change:put", filled);
  const watch = new ResizeObserver(reach);
  watch.observe(root);
  line.start();

  return () => {
    line.stop();
    watch.disconnect();
    model.off("change:result", draw);
    model.off("change:put", filled);
  };
}

export default { render };
