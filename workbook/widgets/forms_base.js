// What all our forms that ask Python share: building elements, and the line to the kernel.
// Not a module of its own: Python joins this text with a form's (`joined` in base.py), since an
// anywidget is one text.

const WAIT_MS = 3000;
const TRIES = 10; // of sending one message; Python does one that comes again only once
const UNSENT = "Not sent: Python was restarted or has stopped. Run this cell again.";

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "html") node.innerHTML = value; // only ever HTML rendered and escaped in Python
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// The line between a form (`root`, shown in `el`) and its kernel. `words` says what this form loses
// when its kernel is gone, busy or silent; `banner` is where the first of them stands.
function connect({ model, el, root, words }) {
  // Every widget loads this text anew, so a counter would give the same ids again.
  const number = Math.random().toString(36).slice(2, 10);
  const banner = h("div", { class: "ss-banner", role: "status", "aria-live": "polite" });
  const pending = new Map();
  let sent = 0;
  let keepTimer;
  let firstTimer;

  // The notebook would take arrows (move between cells), Enter and letters (commands).
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
  });

  const disconnected = () =>
    el.closest(".jupyter-widgets-disconnected") !== null ||
    el.querySelector(".jupyter-widgets-disconnected") !== null;

  function alive() {
    if (disconnected()) return false;
    try {
      model.send({ type: "ping", seq: `ping ${number}-${++sent}` });
      return true;
    } catch {
      return false; // "Cannot send": the kernel was restarted or has died
    }
  }

  function look() {
    const gone = !alive();
    root.dataset.kernel = gone ? "gone" : "live";
    if (gone !== Boolean(banner.textContent)) banner.textContent = gone ? words.gone : "";
    return !gone;
  }

  // What Python says to a widget can miss the view. JupyterLab can make two models of one widget, if
  // its cell runs while the page still asks a new kernel what widgets it has; messages then go to the
  // model that nobody sees. And anywidget drops all messages, for good and without a word, to a widget
  // whose script took more than two seconds to load, as on a slow machine. So when no reply was ever
  // heard, or one stays away, this view takes them from all that the kernel says. (The kernel's other
  // signal, `iopubMessage`, says nothing of a message that somebody failed to handle.)
  let overheard = null;

  function overhear() {
    const all = model.widget_manager?.kernel?.anyMessage;
    if (overheard || !all) return;
    let me; // the id of this widget's line: that on which a reply to this view comes
    overheard = (_, { msg: { header, content }, direction }) => {
      if (direction !== "recv" || header.msg_type !== "comm_msg") return;
      if (content.data.method !== "update") return;
      const state = content.data.state;
      if (String(state.reply?.seq).includes(number)) me = content.comm_id;
      if (content.comm_id !== me) return;
      const own = Object.entries(state).filter(([, value]) => !String(value).startsWith("IPY_MODEL_"));
      model.set(Object.fromEntries(own)); // all at once: what draws one of them may need another
    };
    all.connect(overheard);
  }

  // Ask Python; `say` gets the note of its reply and the reply, or what keeps the reply away.
  function send(message, say) {
    if (!look()) {
      say(UNSENT);
      return;
    }
    if (!root.dataset.heard) overhear(); // not even the pings sent until now
    const seq = `${number}-${++sent}`;
    try {
      model.send({ ...message, seq });
    } catch {
      look();
      say(UNSENT);
      return;
    }
    const waiting = { say };
    pending.set(seq, waiting);
    wait(waiting, { ...message, seq }, 1);
  }

  // Say why no reply comes; a reply (or the message) that got lost comes when it is sent again.
  function wait(waiting, message, tries) {
    waiting.timer = setTimeout(() => {
      if (!look()) return;
      const panel = el.closest(".jp-NotebookPanel");
      const kernel = panel?.querySelector(".jp-Notebook-ExecutionIndicator")?.dataset.status;
      const busy = kernel === "busy";
      waiting.say(busy ? words.busy : words.silent);
      if (!busy) {
        if (tries === TRIES) return;
        overhear();
        model.send(message);
      }
      wait(waiting, message, busy ? tries : tries + 1);
    }, WAIT_MS);
  }

  function replied() {
    const reply = model.get("reply");
    root.dataset.heard = "yes";
    const waiting = pending.get(reply.seq);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    pending.delete(reply.seq);
    waiting.say(reply.note || "", reply);
  }

  // What is filled in but not sent is kept with the notebook, and by the kernel for a re-run.
  function keep(trait, value) {
    try {
      model.set(trait, value);
      model.save_changes();
    } catch {
      look();
    }
  }

  function later(save) {
    clearTimeout(keepTimer);
    keepTimer = setTimeout(save, 400);
  }

  function start() {
    model.on("change:reply", replied);
    model.on("comm_live_update", look);
    look();
    // Again when the view is attached (the class is set then) and JupyterLab has its own thread for
    // widgets: from the first reply through it on, messages are heard even while a cell runs.
    firstTimer = setTimeout(look, 1500);
  }

  function stop() {
    clearTimeout(firstTimer);
    clearTimeout(keepTimer);
    pending.forEach(({ timer }) => clearTimeout(timer));
    if (overheard) model.widget_manager?.kernel?.anyMessage.disconnect(overheard);
    model.off("change:reply", replied);
    model.off("comm_live_update", look);
  }

  return { number, banner, send, keep, later, start, stop };
}
