// The messages of a prompt, as cards with a role and a text. Text reaches the page through values and text nodes only.
const MARKS = {
  mustache: /\{\{[^{}]*\}\}\}?/g,
  jinja2: /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g,
  fstring: /\{\{|\}\}|\{[A-Za-z_][A-Za-z0-9_]*\}/g,
};
const ROLES = ["system", "user", "assistant", "tool"];
const HINTS = { system: "What the model is, what it must do, and in what form", user: "What the person says; {{name}} is a variable",
  assistant: "What the model answered: an example to follow", tool: "What a tool gave back" };
const PAUSE_MS = 400;
// What is being written, by editor. It outlives the element: when the page moves the editor, nothing that was typed may be lost.
const benches = new Map();

function paint(pre, text, engine) {
  pre.replaceChildren();
  let from = 0;
  for (const found of text.matchAll(MARKS[engine] || MARKS.mustache)) {
    if (engine === "fstring" && (found[0] === "{{" || found[0] === "}}")) continue;
    pre.append(text.slice(from, found.index));
    const mark = document.createElement("mark");
    mark.textContent = found[0];
    pre.append(mark);
    from = found.index + found[0].length;
  }
  pre.append(text.slice(from), "\n");
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector(".editor");
  const state = benches.get(data.name) || { rev: null, turns: [], timer: null };
  benches.set(data.name, state);
  state.send = () => {
    clearTimeout(state.timer);
    state.timer = null;
    setStateValue("typed", { rev: state.rev, turns: state.turns.map((turn) => ({ ...turn })) });
  };
  state.later = () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => state.send(), PAUSE_MS);
  };
  state.act = (name) => {
    state.send(); // a trigger is forgotten after one run: the value must say the same
    setTriggerValue(name, { rev: state.rev, turns: state.turns.map((turn) => ({ ...turn })) });
  };

  function draw(focus) {
    state.painters = [];
    root.replaceChildren(...state.turns.map(card));
    const add = element("button", { className: "add", type: "button", textContent: "+ Add message" });
    add.onclick = () => {
      const last = state.turns.length ? state.turns[state.turns.length - 1].role : "assistant";
      state.turns.push({ role: last === "user" ? "assistant" : "user", text: "", parts: false });
      draw(state.turns.length - 1);
      state.send();
    };
    root.append(add);
    if (focus !== undefined) root.querySelectorAll("textarea")[focus]?.focus();
  }

  function card(turn, index) {
    const name = `Message ${index + 1}`;
    const pre = element("pre", { ariaHidden: "true" });
    const area = element("textarea", { value: turn.text, spellcheck: false, ariaLabel: `${name}, ${turn.role}`, placeholder: HINTS[turn.role] || "" });
    const count = element("span", { className: "count" });
    const refresh = () => {
      paint(pre, area.value, state.engine);
      count.textContent = area.value && `${area.value.length.toLocaleString("en")} characters`;
    };
    area.oninput = () => { turn.text = area.value; refresh(); state.later(); };
    area.onblur = () => { if (state.timer) state.send(); };
    const role = element("select", { ariaLabel: `Role of message ${index + 1}` }, ...ROLES.map((value) =>
      element("option", { value, textContent: value[0].toUpperCase() + value.slice(1), selected: value === turn.role })));
    role.onchange = () => { turn.role = role.value; draw(); state.send(); };
    const move = (to, label, sign) => {
      const button = element("button", { type: "button", textContent: sign, title: label, ariaLabel: `${label} message ${index + 1}`,
        disabled: to < 0 || to >= state.turns.length });
      button.onclick = () => {
        [state.turns[index], state.turns[to]] = [state.turns[to], state.turns[index]];
        draw(to);
        state.send();
      };
      return button;
    };
    const remove = element("button", { type: "button", textContent: "✕", title: "Remove", ariaLabel: `Remove message ${index + 1}`,
      disabled: state.turns.length < 2 });
    remove.onclick = () => { state.turns.splice(index, 1); draw(Math.max(0, index - 1)); state.send(); };
    const kind = turn.parts ? [element("span", { textContent: "parts as JSON" })] : [];
    refresh();
    state.painters.push(refresh);
    return element("div", { className: "turn" },
      element("div", { className: "bar" }, role, ...kind, count, move(index - 1, "Move up", "↑"), move(index + 1, "Move down", "↓"), remove),
      element("div", { className: "body" }, pre, area));
  }

  const engineChanged = state.engine !== data.engine;
  state.engine = data.engine;
  if (state.rev !== data.rev) {
    state.rev = data.rev;
    state.turns = data.turns.map((turn) => ({ role: turn.role, text: turn.text, parts: turn.parts }));
    state.root = root;
    draw();
  } else if (state.root !== root) {
    state.root = root;
    draw();
    if (JSON.stringify(state.turns) !== JSON.stringify(data.turns)) state.later();
  } else if (engineChanged) {
    state.painters.forEach((paintAgain) => paintAgain());
  }

  // Save and send belong to the whole page: a field elsewhere is left first, so that what was typed there counts.
  const keys = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const wanted = event.key.toLowerCase() === "s" && !event.shiftKey ? "save" : event.key === "Enter" ? "run" : null;
    if (!wanted || !data.actions.includes(wanted)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const inside = root.contains(event.composedPath()[0]);
    if (inside) return state.act(wanted);
    if (document.activeElement && document.activeElement !== document.body) document.activeElement.blur();
    setTimeout(() => state.act(wanted), 250);
  };
  state.release?.();
  window.addEventListener("keydown", keys, true);
  state.release = () => window.removeEventListener("keydown", keys, true);
  return () => {
    state.release();
    if (state.timer) state.send();
  };
}
