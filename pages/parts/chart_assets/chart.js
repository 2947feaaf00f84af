// A chart over time, drawn here and not by a library: it is light, stays where it is while new figures come in, and can be used by keyboard.
// Text reaches the page through text nodes and attributes only.
const SVG = "http://www.w3.org/2000/svg";
const HIGH = 176, TOP = 18, LOW = 24, LEAST_PULL = 6, MARKS = 40, SAME = 3, NEAR = 5;
const states = new Map(); // by chart: whether its table is open, which lines are hidden; outlives the element

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function shape(tag, attributes = {}, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// The upright scale: [least, most, levels].
function upright(data) {
  const seen = [];
  if (data.kind === "bars") {
    for (let n = 0; n < data.at.length; n++) seen.push(data.series.reduce((sum, line) => sum + (line.dash ? 0 : line.values[n] || 0), 0));
    for (const line of data.series) if (line.dash) seen.push(...line.values.filter((value) => value !== null));
  } else {
    for (const line of data.series) for (const list of [line.values, line.lows || [], line.highs || []]) for (const value of list) if (value !== null) seen.push(value);
  }
  for (const limit of data.limits || []) seen.push(limit.value);
  let least = Math.min(...seen), most = Math.max(...seen);
  if (data.unit === "share") {
    least = Math.max(0, least - (most - least) * 0.1);
    if (most > 0.9) most = 1;
  } else if (least > 0) least = 0;
  if (most <= least) most = least + (data.unit === "share" ? 0.1 : 1);
  if (data.unit === "share" && least > 0.5 && most === 1) least = Math.min(least, 0.9);
  const steps = levels(least, most, ["calls", "tokens", "count", "users"].includes(data.unit));
  const top = data.unit === "share" ? Math.min(1, steps[steps.length - 1]) : steps[steps.length - 1];
  return [steps[0], top, steps.filter((each) => each <= top)];
}

// Runs of neighbouring points that have a value.
function runs(values) {
  const found = [];
  values.forEach((value, n) => {
    if (value === null || value === undefined) return;
    const last = found[found.length - 1];
    if (last && last[last.length - 1] === n - 1) last.push(n); else found.push([n]);
  });
  return found;
}

function drawn(svg, data, width) {
  const heat = data.kind === "heat";
  const [least, most, steps] = heat ? [0, 1, []] : upright(data);
  const labels = heat ? data.rows : steps.map((each) => short(each, data.unit));
  const left = Math.min(120, Math.max(34, 8 + 6.7 * Math.max(...labels.map((each) => each.length))));
  const right = width - 8, bottom = TOP + HIGH;
  const x = (ms) => left + ((ms - data.since) / (data.until - data.since)) * (right - left);
  const y = (value) => bottom - ((value - least) / (most - least)) * HIGH;
  const clip = (ms) => Math.min(right, Math.max(left, x(ms)));
  svg.setAttribute("viewBox", `0 0 ${width} ${bottom + LOW}`);
  svg.setAttribute("height", bottom + LOW);
  svg.replaceChildren();
  for (const each of steps) {
    svg.append(shape("line", { class: "grid", x1: left, x2: right, y1: y(each), y2: y(each) }));
    svg.append(shape("text", { class: "tick", x: left - 7, y: y(each) + 4, "text-anchor": "end" }, short(each, data.unit)));
  }
  for (const [ms, said] of moments(data.since, data.until, Math.max(2, Math.floor((right - left) / 56)))) {
    svg.append(shape("line", { class: "notch", x1: x(ms), x2: x(ms), y1: bottom, y2: bottom + 4 }));
    if (x(ms) > left + 8 && x(ms) < right - 16) svg.append(shape("text", { class: "tick", x: x(ms), y: bottom + 17, "text-anchor": "middle" }, said));
  }
  svg.append(shape("line", { class: "base", x1: left, x2: right, y1: bottom, y2: bottom }));
  const plotted = { data, left, right, bottom, x, y, clip, middle: (n) => clip(data.at[n] + data.bucket / 2) };
  ({ bars: stack, heat: cells }[data.kind] || paths)(svg, plotted);
  for (const limit of data.limits || []) {
    if (limit.value < least || limit.value > most) continue;
    svg.append(shape("line", { class: "limit", x1: left, x2: right, y1: y(limit.value), y2: y(limit.value) }));
    svg.append(shape("text", { class: "mark", x: right, y: y(limit.value) - 4, "text-anchor": "end" }, limit.text));
  }
  marks(svg, plotted);
  svg.append(shape("rect", { class: "pulled", y: TOP, height: HIGH, x: 0, width: 0 }));
  svg.append(shape("line", { class: "cursor", y1: TOP, y2: bottom, visibility: "hidden" }));
  return plotted;
}

function paths(svg, { data, middle, y }) {
  data.series.forEach((line) => {
    if (!line.lows) return;
    for (const run of runs(line.lows.map((low, n) => (low === null || line.highs[n] === null ? null : low)))) {
      const half = run.length > 1 ? 0 : 3;
      const up = run.map((n) => `${middle(n) - half},${y(line.highs[n])}`), down = run.map((n) => `${middle(n) + half},${y(line.lows[n])}`).reverse();
      if (half) up.push(`${middle(run[0]) + half},${y(line.highs[run[0]])}`), down.push(`${middle(run[0]) - half},${y(line.lows[run[0]])}`);
      svg.append(shape("polygon", { class: `band ${tone(line)}`, points: [...up, ...down].join(" ") }));
    }
  });
  for (const line of [...data.series].reverse()) {
    for (const run of runs(line.values)) {
      const look = `line ${tone(line)}${line.dash ? " dash" : ""}`;
      const draw = (look, part) => svg.append(shape("polyline", { class: look, points: part.map((n) => `${middle(n).toFixed(1)},${y(line.values[n]).toFixed(1)}`).join(" ") }));
      const whole = line.dash ? run : run.filter((n) => !unfinished(data, n));
      if (run.length === 1) svg.append(shape("circle", { class: `dot ${tone(line)}`, cx: middle(run[0]), cy: y(line.values[run[0]]), r: 2.4 }));
      else if (whole.length > 1) {
        draw(look, whole);
        if (run[0] < whole[0]) draw(`${look} part`, run.filter((n) => n <= whole[0]));
        if (run[run.length - 1] > whole[whole.length - 1]) draw(`${look} part`, run.filter((n) => n >= whole[whole.length - 1]));
      } else draw(look, run);
    }
  }
}

function stack(svg, plotted) {
  const { data, x, y, clip } = plotted;
  const wide = Math.max(0.7, x(data.bucket) - x(0));
  const gap = wide > 4 ? Math.min(3, wide * 0.18) : 0;
  data.at.forEach((at, n) => {
    let sum = 0;
    for (const line of data.series) {
      const value = line.values[n];
      if (!value || line.dash) continue;
      const from = clip(at) + gap / 2, to = Math.max(from + 0.6, clip(at + data.bucket) - gap / 2);
      svg.append(shape("rect", { class: `bar ${tone(line)}${unfinished(data, n) ? " part" : ""}`, x: from.toFixed(1), width: (to - from).toFixed(1), y: y(sum + value).toFixed(1), height: Math.max(0.6, y(sum) - y(sum + value)).toFixed(1) }));
      sum += value;
    }
  });
  paths(svg, { ...plotted, data: { ...data, series: data.series.filter((line) => line.dash) } });
}

function cells(svg, { data, left, clip }) {
  const high = HIGH / Math.max(1, data.rows.length);
  data.rows.forEach((label, row) => {
    const top = TOP + (data.rows.length - 1 - row) * high;
    if (high >= 11 || row % 2 === 0) svg.append(shape("text", { class: "tick", x: left - 7, y: top + high / 2 + 4, "text-anchor": "end" }, label));
    data.values[row].forEach((value, n) => {
      if (!value) return;
      const strong = 0.12 + 0.88 * Math.sqrt(value / data.most);
      const from = clip(data.at[n]);
      svg.append(shape("rect", { class: "cell", x: from.toFixed(1), y: top.toFixed(1), height: (high - 1).toFixed(1), width: Math.max(1, clip(data.at[n] + data.bucket) - from - 0.6).toFixed(1), "fill-opacity": strong.toFixed(3) }));
    });
  });
}

// Changes of a version: a line each. Its name stands beside its own line and reaches no other: right of it, else left of it, else it is left
// to what one points at.
function marks(svg, { data, x, left, right, bottom }) {
  const shown = (data.marks || []).slice(-MARKS).map((mark) => ({ ...mark, x: x(mark.at) })).filter((mark) => mark.x >= left && mark.x <= right);
  const taken = [];
  for (const mark of shown) svg.append(shape("line", { class: "version", x1: mark.x, x2: mark.x, y1: TOP - 3, y2: bottom }));
  for (const mark of shown) {
    // A label that is moved and its version's first call are often one moment: one name says both.
    const twins = shown.filter((each) => each.short === mark.short && Math.abs(each.x - mark.x) <= SAME);
    if (twins[0] !== mark) continue;
    const others = shown.filter((each) => !twins.includes(each)).map((each) => [each.x, each.x]);
    for (const text of new Set([mark.short, mark.short.split(" ").pop()])) {
      const label = shape("text", { class: "mark", y: TOP - 6 }, text);
      svg.append(label);
      const wide = label.getComputedTextLength() || 6.4 * text.length;
      const from = [mark.x + SAME, mark.x - SAME - wide].find((at) => at >= left && at + wide <= right && ![...taken, ...others].some(([low, high]) => low <= at + wide + SAME && high >= at - SAME));
      if (from !== undefined) {
        label.setAttribute("x", from);
        taken.push([from, from + wide]);
        break;
      }
      label.remove();
    }
  }
}

// A bucket of which the range holds only a part, or that is not over: its sum is no fall.
const unfinished = (data, n) => (data.parts || []).includes(n);

const tone = (line) => (line.quiet ? "quiet" : `tone-${line.tone % 6}`);

// What stands at a point, in lines: [tone, name, value].
function told(data, n) {
  if (data.kind === "heat") {
    const all = data.values.reduce((sum, row) => sum + (row[n] || 0), 0);
    const lines = data.rows.map((label, row) => ["", label, data.values[row][n] ? `${reads(data.values[row][n], "count")} (${reads(data.values[row][n] / all, "share")})` : ""]);
    return lines.filter((line) => line[2]).reverse();
  }
  return data.series.map((line) => {
    const low = line.lows ? line.lows[n] : null, counted = line.ns ? line.ns[n] : null;
    const around = low === null || low === undefined ? "" : ` (${reads(low, data.unit)} to ${reads(line.highs[n], data.unit)})`;
    return [tone(line), line.name, `${reads(line.values[n], data.unit)}${around}${counted ? `, n = ${reads(counted, "count")}` : ""}`];
  });
}

const passed = (data, n) => (data.marks || []).filter((mark) => mark.at >= data.at[n] && mark.at < data.at[n] + data.bucket);
// Those that are pointed at: of this stretch of time, and so near to it that a pointer cannot tell.
const beside = (scene, n) => (scene.shown.marks || []).filter((mark) => passed(scene.shown, n).includes(mark) || Math.abs(scene.drawn.x(mark.at) - scene.drawn.middle(n)) <= NEAR);

// New figures come in while somebody looks: what is the same is left as it is, what is pointed at or pulled stays, and nothing changes under
// a pointer that is pulling.
function draw(component, root) {
  const { data, setTriggerValue } = component, before = root.scene, mark = JSON.stringify(data);
  const send = (since, until) => setTriggerValue("range", { since, until }), back = () => setTriggerValue("back", true);
  if (before && before.from) {
    before.next = component;
    return;
  }
  if (before && before.mark === mark) {
    Object.assign(before, { send, back });
    return;
  }
  const kept = states.get(data.key) || { table: false, hidden: new Set(data.hidden || []) };
  states.set(data.key, kept);
  const scene = (root.scene = { data, kept, root, mark, send, back, draw: (next) => draw(next, root) });
  const scrolled = root.querySelector(".scroll")?.scrollTop;
  if (before) before.observer.disconnect();
  frame(scene);
  scene.observer = new ResizeObserver(() => redraw(scene));
  scene.observer.observe(root);
  if (scene.empty || !before || before.empty) return;
  if (scrolled) root.querySelector(".scroll").scrollTop = scrolled;
  if (!before.tip.hidden) point(scene, before.at);
  if (before.pulled && before.pulled[1] < data.at.length) (scene.anchor = before.anchor), pull(scene, ...before.pulled);
}

export default function (component) {
  const root = component.parentElement.querySelector(".chart");
  draw(component, root);
  return () => root.scene.observer?.disconnect();
}
