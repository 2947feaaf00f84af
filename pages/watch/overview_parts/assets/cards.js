// The figures of the Overview as cards. Text reaches the page through text nodes only.
const SVG = "http://www.w3.org/2000/svg", WIDE = 120, HIGH = 26;
let open = false; // whether the rest is shown: outlives the element

function element(tag, className, text, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

// How a figure went, as a small line that says nothing the charts do not.
function spark(values) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const low = Math.min(...known), high = Math.max(...known), step = WIDE / (values.length - 1);
  const y = (value) => (high === low ? HIGH / 2 : HIGH - 2 - ((value - low) / (high - low)) * (HIGH - 4));
  let path = "", pen = false;
  values.forEach((value, n) => {
    if (value !== null) path += `${pen ? "L" : "M"}${(n * step).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = value !== null;
  });
  const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({ "aria-hidden": "true", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" })) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function card({ title, value, change, colour, beneath, spark: values, none }) {
  const figure = element("div", "figure", "", element("b", none ? "none" : "", value), spark(values));
  const made = element("li", "card", "", element("p", "title", title), figure);
  if (change) made.append(element("p", `change ${colour}`, change));
  if (beneath) made.append(element("p", "beneath", beneath));
  return made;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".cards");
  const first = element("ul", "grid", "", ...data.first.map(card));
  first.setAttribute("aria-label", "Figures");
  const rest = element("ul", "grid", "", ...data.rest.map(card));
  const button = element("button", "more", "");
  const show = () => {
    rest.hidden = !open;
    button.textContent = open ? "Fewer figures" : "More figures";
    button.setAttribute("aria-expanded", open);
  };
  button.type = "button";
  button.onclick = () => {
    open = !open;
    show();
  };
  show();
  const focused = root.getRootNode().activeElement?.className === "more";
  root.replaceChildren(first, ...(data.rest.length ? [rest, button] : []));
  if (focused) button.focus({ preventScroll: true });
}
