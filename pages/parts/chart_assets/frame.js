// What is around the drawing of a chart: its title, its legend, what one points at, the range one pulls, the table behind it, PNG and CSV.
const STARTS = /^[=+\-@\t\r]/; // what a spreadsheet would run
const ROWS = 600;

function frame(scene) {
  const { data, root, kept } = scene;
  scene.shown = { ...data, series: data.series.filter((line) => !kept.hidden.has(line.name)) };
  if (data.kind !== "heat" && !scene.shown.series.length) scene.shown = data;
  scene.width = 0;
  const held = root.contains(root.getRootNode().activeElement) ? root.getRootNode().activeElement.className : "";
  scene.svg = shape("svg", { width: "100%", "aria-hidden": "true", focusable: "false" });
  scene.tip = element("div", { className: "tip", hidden: true });
  const empty = !data.at.length || data.empty;
  const plot = element("div", { className: "plot" }, scene.svg, scene.tip);
  const head = element("div", { className: "head" }, element("p", { className: "title", textContent: data.title }));
  root.replaceChildren(head, element("p", { className: "sub", textContent: data.sub }));
  if (empty) {
    scene.empty = true;
    root.append(element("p", { className: "none", textContent: data.none || "No data in this range." }));
    return;
  }
  plot.tabIndex = 0;
  const help = data.select ? " Arrow keys read it, Shift and an arrow select a range, Enter narrows to it." : " Arrow keys read it.";
  for (const [name, value] of Object.entries({ role: "slider", "aria-label": `${data.alt || data.title}.${help}`, "aria-valuemin": 0, "aria-valuemax": data.at.length - 1 })) plot.setAttribute(name, value);
  scene.plot = plot;
  point(scene, data.at.length - 1, false);
  head.append(actions(scene));
  root.append(legend(scene), plot);
  if (data.note) root.append(element("p", { className: "note", textContent: data.note }));
  root.append(element("div", { className: "behind" }));
  if (kept.table) table(scene);
  listen(scene);
  redraw(scene);
  if (held) (root.querySelector(`.${held.split(" ")[0]}`) || plot).focus({ preventScroll: true });
}

function redraw(scene) {
  if (scene.empty) return;
  const width = Math.max(220, Math.floor(scene.root.clientWidth - 2));
  if (scene.width === width) return;
  scene.width = width;
  scene.drawn = drawn(scene.svg, scene.shown, width);
}

// Each line has a button that hides and shows it.
function legend(scene) {
  const { data, kept } = scene, list = element("ul", { className: "legend" });
  if (data.kind === "heat") {
    list.append(element("li", {}, element("i", { className: "shade" }), `few to ${reads(data.most, "count")} calls`));
    return list;
  }
  if (data.series.length < 2) return list;
  data.series.forEach((line, n) => {
    const button = element("button", { type: "button", className: `key-${n} key`, title: `Show or hide ${line.name}` }, element("i", { className: `swatch ${tone(line)}${line.dash ? " dash" : ""}` }), line.short || line.name);
    button.setAttribute("aria-pressed", !kept.hidden.has(line.name));
    button.onclick = () => {
      if (!kept.hidden.delete(line.name)) kept.hidden.add(line.name);
      frame(scene);
    };
    list.append(element("li", {}, button));
  });
  return list;
}

// The point `n` is read out, and shown where `seen`.
function point(scene, n, seen = true) {
  const { shown: data, plot, tip } = scene;
  scene.at = Math.max(0, Math.min(data.at.length - 1, n));
  const lines = told(data, scene.at), head = span(data.at[scene.at], data.bucket) + (unfinished(data, scene.at) ? ", in part" : "");
  const versions = passed(data, scene.at);
  plot.setAttribute("aria-valuenow", scene.at);
  plot.setAttribute("aria-valuetext", [head, ...lines.map(([, name, value]) => `${name}: ${value}`), ...versions.map((mark) => mark.text)].join("; "));
  if (!seen || !scene.drawn) return;
  tip.replaceChildren(element("p", { textContent: head }));
  for (const [look, name, value] of lines.slice(0, 9)) {
    tip.append(element("div", {}, element("i", { className: `swatch ${look}` }), element("span", { textContent: name }), element("b", { textContent: value })));
  }
  const named = beside(scene, scene.at);
  for (const mark of named.slice(0, 4)) tip.append(element("em", { textContent: mark.text }));
  if (named.length > 4) tip.append(element("em", { textContent: `and ${named.length - 4} more` }));
  const at = scene.drawn.middle(scene.at);
  tip.hidden = false;
  const wide = tip.offsetWidth;
  tip.style.left = `${Math.max(0, Math.min(scene.width - wide, at + 12 + wide > scene.width ? at - wide - 12 : at + 12))}px`;
  const cursor = scene.svg.querySelector(".cursor");
  cursor.removeAttribute("visibility");
  for (const end of ["x1", "x2"]) cursor.setAttribute(end, at);
}

function rest(scene) {
  scene.tip.hidden = true;
  scene.svg.querySelector(".cursor").setAttribute("visibility", "hidden");
}

function pull(scene, first, last) {
  const { data, drawn: place } = scene;
  scene.pulled = first === null ? null : [Math.min(first, last), Math.max(first, last)];
  const rect = scene.svg.querySelector(".pulled");
  const from = scene.pulled ? place.clip(data.at[scene.pulled[0]]) : 0;
  rect.setAttribute("x", from);
  rect.setAttribute("width", scene.pulled ? place.clip(data.at[scene.pulled[1]] + data.bucket) - from : 0);
}

function narrow(scene) {
  const { data, pulled } = scene;
  if (!pulled) return;
  scene.send(Math.max(data.since, data.at[pulled[0]]), Math.min(data.until, data.at[pulled[1]] + data.bucket));
  pull(scene, null);
}

function listen(scene) {
  const { plot, data } = scene;
  const near = (event) => {
    const { left, right } = scene.drawn;
    const ms = data.since + ((event.clientX - scene.svg.getBoundingClientRect().left - left) / (right - left)) * (data.until - data.since);
    let low = 0, high = data.at.length - 1;
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (data.at[half] <= ms) low = half; else high = half - 1;
    }
    return low;
  };
  plot.onpointermove = (event) => {
    point(scene, near(event));
    if (scene.from && Math.abs(event.clientX - scene.from.x) >= LEAST_PULL) pull(scene, scene.from.n, near(event));
  };
  plot.onpointerdown = (event) => {
    if (!data.select || event.button) return;
    scene.from = { x: event.clientX, n: near(event) };
    plot.setPointerCapture(event.pointerId);
  };
  const release = (act) => {
    if (!scene.from) return;
    scene.from = null;
    act();
    if (scene.next) scene.draw(scene.next);
  };
  plot.onpointerup = () => release(() => narrow(scene));
  plot.onpointercancel = () => release(() => pull(scene, null));
  plot.onpointerleave = () => scene.from || rest(scene);
  plot.onblur = () => {
    rest(scene);
    pull(scene, null);
  };
  plot.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 }[event.key];
    if (step) {
      const before = scene.pulled ? scene.anchor : scene.at;
      point(scene, scene.at + step);
      if (event.shiftKey && data.select) pull(scene, (scene.anchor = before), scene.at); else pull(scene, null);
    } else if (event.key === "Enter" && scene.pulled) narrow(scene);
    else if (event.key === "Escape") (pull(scene, null), rest(scene));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function actions(scene) {
  const button = (name, said, act) => element("button", { type: "button", className: `${name} act`, textContent: said, title: `${said} of ${scene.data.title}`, onclick: act });
  const open = button("rows", "Table", () => {
    scene.kept.table = !scene.kept.table;
    open.setAttribute("aria-expanded", scene.kept.table);
    if (scene.kept.table) table(scene); else scene.root.querySelector(".behind").replaceChildren();
  });
  open.setAttribute("aria-expanded", scene.kept.table);
  const whole = scene.data.back ? [button("whole", "Whole range", () => scene.back())] : [];
  return element("div", { className: "actions" }, ...whole, open, button("png", "PNG", () => png(scene)), button("csv", "CSV", () => take(scene, "csv", new Blob(["\ufeff" + csv(scene.data)], { type: "text/csv" }))));
}

// The figures behind the drawing: heading and rows; as they read, or exact.
function rows(data, exact) {
  const name = (at) => (exact ? new Date(at).toISOString() : span(at, data.bucket));
  if (data.kind === "heat") return [["Time (UTC)", ...data.rows], ...data.at.map((at, n) => [name(at), ...data.values.map((row) => row[n] ?? null)])];
  const head = data.series.flatMap((line) => [line.name, ...(line.lows ? (exact ? [`${line.name}, low`, `${line.name}, high`] : [`${line.name}, 95 % interval`]) : []), ...(line.ns ? [exact ? `${line.name}, n` : "n"] : [])]);
  const said = (value) => (exact ? value : reads(value, data.unit));
  return [[`Time (UTC)`, ...head], ...data.at.map((at, n) => [name(at), ...data.series.flatMap((line) => [
    said(line.values[n]),
    ...(line.lows ? (exact ? [line.lows[n], line.highs[n]] : [line.lows[n] === null ? "" : `${said(line.lows[n])} to ${said(line.highs[n])}`]) : []),
    ...(line.ns ? [exact ? line.ns[n] : reads(line.ns[n] ?? 0, "count")] : []),
  ])])];
}

function csv(data) {
  const cell = (value) => {
    if (typeof value === "number") return String(value);
    const text = value === null || value === undefined ? "" : STARTS.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows(data, true).map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function table(scene) {
  const [head, ...body] = rows(scene.data, false);
  const made = element("table", {}, element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col", textContent: text })))));
  const shown = body.slice(-ROWS).reverse();
  made.append(element("tbody", {}, ...shown.map((row) => element("tr", {}, ...row.map((text, n) => element(n ? "td" : "th", { textContent: text ?? "", scope: n ? "" : "row" }))))));
  const box = element("div", { className: "scroll", tabIndex: 0 }, made);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Table of ${scene.data.title}`);
  scene.root.querySelector(".behind").replaceChildren(box);
}

function take(scene, kind, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: `${scene.data.file}.${kind}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A picture of the drawing with its title and legend, made in the browser: colours are written into the shapes, because style sheets stay behind.
function png(scene) {
  const { svg, data, width, root } = scene;
  const copy = svg.cloneNode(true), from = [...svg.querySelectorAll("*")], style = getComputedStyle(root);
  [...copy.querySelectorAll("*")].forEach((each, n) => {
    const seen = getComputedStyle(from[n]);
    for (const name of ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "visibility"]) each.setAttribute(name, seen.getPropertyValue(name));
    if (each.tagName === "text") (each.setAttribute("font-size", seen.fontSize), each.setAttribute("font-family", "sans-serif"));
  });
  const high = Number(svg.getAttribute("height")), pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px sans-serif";
  let x = 6, row = 0;
  const keys = [...root.querySelectorAll(".legend li")].filter((item) => !item.querySelector("[aria-pressed=false]")).map((item) => {
    const text = item.textContent, wide = 17 + pen.measureText(text).width;
    if (x > 6 && x + wide > width) (x = 6), row++;
    const place = { text, x, row, fill: getComputedStyle(item.querySelector(".swatch") || root).backgroundColor };
    x += wide + 16;
    return place;
  });
  const above = 48 + (keys.length ? 18 * (row + 1) : 0), whole = high + above + 6;
  const write = (at, y, text, size, weight) => copy.append(shape("text", { x: at, y, fill: style.color, "font-size": size, "font-weight": weight, "font-family": "sans-serif" }, text));
  copy.setAttribute("viewBox", `0 ${-above} ${width} ${whole}`);
  copy.prepend(shape("rect", { x: 0, y: -above, width, height: whole, fill: style.getPropertyValue("--paper") || "#fff" }));
  write(6, 18 - above, data.title, 15, 600);
  write(6, 36 - above, data.sub, 12, 400);
  for (const each of keys) {
    copy.append(shape("rect", { x: each.x, y: 45 + 18 * each.row - above, width: 12, height: 4, fill: each.fill }));
    write(each.x + 17, 51 + 18 * each.row - above, each.text, 12, 400);
  }
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width * 2);
  copy.setAttribute("height", whole * 2);
  const image = new Image();
  image.onload = () => {
    const canvas = element("canvas", { width: width * 2, height: whole * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0);
    canvas.toBlob((blob) => blob && take(scene, "png", blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
}
