// Shows what the traits hold; asks nothing of a kernel, so a reopened notebook works too.
let count = 0;

function make(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function table(caption, heads, className) {
  const node = make("table", "", { class: className });
  node.append(make("caption", caption));
  const row = make("tr");
  for (const head of heads) row.append(make("th", head, { scope: "col" }));
  const top = make("thead");
  top.append(row);
  const body = make("tbody");
  node.append(top, body);
  return [node, body];
}

function factSheet(state) {
  const box = make("details", "", { class: "wbm-facts" });
  box.append(make("summary", `Fact sheet of ${state.name}`));
  const [node, body] = table(`${state.name}, ${state.kind}: ten facts`, ["Fact", "Here"], "wbm-table");
  for (const [fact, text] of state.facts) {
    const row = make("tr");
    row.append(make("th", fact, { scope: "row" }), make("td", text));
    body.append(row);
  }
  box.append(node);
  return box;
}

function labels(actions, state) {
  const [node, body] = table(
    `What the ${actions.length} actions are for ${state.name}, ${state.kind}`,
    ["Action", "Label here, and why"],
    "wbm-table",
  );
  actions.forEach((action, index) => {
    const { sign, label, why, moved } = state.rows[index];
    const row = make("tr", "", moved ? { class: "wbm-moved" } : {});
    const cell = make("td");
    const badge = make("span", "", { class: "wbm-badge" });
    badge.append(make("span", sign, { "aria-hidden": "true" }), ` ${label}`);
    cell.append(badge);
    if (moved) cell.append(make("span", ` moved; ${moved} at Pebble Street`, { class: "wbm-note" }));
    cell.append(make("div", why));
    row.append(make("th", action, { scope: "row" }), cell);
    body.append(row);
  });
  return node;
}

function render({ model, el }) {
  const actions = model.get("actions");
  const models = model.get("models");
  const name = `wbm-${Date.now()}-${count++}`;
  const root = make("div", "", { class: "wbm" });
  const group = make("fieldset");
  group.append(make("legend", "Whose site is it?"));
  const news = make("p", "", { class: "wbm-news", role: "status", "aria-live": "polite" });
  const facts = make("div");
  const board = make("div");
  let open = false;
  let drawn = "";

  function draw(key) {
    if (key === drawn) return;
    drawn = key;
    const state = models.find((one) => one.key === key) || models[0];
    for (const input of group.querySelectorAll("input")) input.checked = input.value === state.key;
    const sheet = factSheet(state);
    sheet.open = open;
    sheet.addEventListener("toggle", () => (open = sheet.open));
    facts.replaceChildren(sheet);
    board.replaceChildren(labels(actions, state));
    news.textContent = state.news;
  }

  for (const { key, name: shown, kind } of models) {
    const label = make("label");
    const input = make("input", "", { type: "radio", name, value: key });
    input.addEventListener("change", () => {
      draw(key);
      try {
        model.set("chosen", key);
        model.save_changes();
      } catch {
        // No kernel: the choice lasts as long as the page.
      }
    });
    label.append(input, ` ${shown}, ${kind}`);
    group.append(label);
  }

  // JupyterLab would take the arrow keys and move to another cell.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  root.append(group, news, facts, board);
  el.append(root);
  draw(model.get("chosen"));

  const follow = () => draw(model.get("chosen"));
  model.on("change:chosen", follow);
  return () => model.off("change:chosen", follow);
}

export default { render };
