// How old the figures are, counted here: the server is not asked for it.
const kept = new Map();

function words(seconds) {
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds / 3600)} h ago`;
}

export default function ({ data, key, parentElement }) {
  const place = parentElement.querySelector(".age");
  const since = performance.now();
  clearInterval(kept.get(key));
  const say = () => {
    const said = `updated ${words(Math.round((performance.now() - since) / 1000))}`;
    place.textContent = { live: `Live, ${said}`, paused: `Paused, ${said}`, over: "This range is over" }[data.state];
    place.className = `age ${data.state}`;
  };
  say();
  const timer = setInterval(say, 1000);
  kept.set(key, timer);
  return () => clearInterval(timer);
}
