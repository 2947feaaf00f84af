// A document in a frame in which nothing can run. A new one is loaded behind the old one and takes its place where that was scrolled to.
const places = new Map();

function place(view) {
  const { scrollX, scrollY } = view;
  const marks = [...view.document.querySelectorAll("h2[id]")].map((mark) => ({ id: mark.id, top: mark.getBoundingClientRect().top }));
  const above = marks.filter((mark) => mark.top <= 8).pop();
  return { id: above ? above.id : null, away: above ? above.top : 0, x: scrollX, y: scrollY };
}

function restore(view, said) {
  if (!said) return;
  const mark = said.id && view.document.getElementById(said.id);
  view.scrollTo(said.x, mark ? view.scrollY + mark.getBoundingClientRect().top - said.away : said.y);
}

// A link within the document scrolls it; one that leads out opens a page of its own. Left alone, both would load into the frame.
function follow(event) {
  const link = event.target.closest && event.target.closest("a[href]");
  if (!link) return;
  event.preventDefault();
  const href = link.getAttribute("href");
  const within = href.startsWith("#") && link.ownerDocument.getElementById(decodeURIComponent(href.slice(1)));
  if (within) within.scrollIntoView();
  else if (/^(https?:|mailto:)/i.test(href)) window.open(link.href, "_blank", "noopener,noreferrer");
}

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".preview");
  const old = box.querySelector("iframe:not(.coming)");
  if (old && old.dataset.name === data.name && old.dataset.html === data.digest) return;
  box.querySelectorAll("iframe.coming").forEach((frame) => frame.remove());
  const frame = document.createElement("iframe");
  frame.className = "coming";
  frame.title = data.title;
  frame.setAttribute("sandbox", "allow-same-origin"); // no scripts: this page's own script may look in, the document cannot look out
  frame.referrerPolicy = "no-referrer";
  Object.assign(frame.dataset, { name: data.name, html: data.digest });
  frame.onload = () => {
    const view = frame.contentWindow;
    if (!view || !frame.isConnected) return;
    restore(view, places.get(data.name));
    view.document.addEventListener("click", follow);
    view.addEventListener("scroll", () => frame.className || places.set(data.name, place(view)), { passive: true });
    frame.className = "";
    box.querySelectorAll("iframe").forEach((other) => other === frame || other.remove());
  };
  frame.srcdoc = data.html;
  box.append(frame);
}
