// How figures and moments read in a chart: units, ticks, UTC. Pure text and numbers; knows no element.
const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE).concat([1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 3, 5, 7, 14].map((n) => n * DAY));
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NONE = "no data";

const pad = (n) => String(n).padStart(2, "0");
const trimmed = (value, places) => value.toLocaleString("en-US", { maximumFractionDigits: places });
const nice = (value) => (Math.abs(value) >= 1e15 ? value.toExponential(1) : null);

function milliseconds(value) {
  const size = Math.abs(value);
  if (size < 1000) return `${trimmed(value, size < 10 ? 1 : 0)} ms`;
  if (size < 120000) return `${trimmed(value / 1000, size < 10000 ? 2 : 1)} s`;
  return size < 2 * HOUR ? `${trimmed(value / MINUTE, 1)} min` : `${trimmed(value / HOUR, 1)} h`;
}

function dollars(value) {
  const size = Math.abs(value);
  if (!size) return "$0";
  const places = size >= 1000 ? 0 : size >= 1 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(size)));
  return `${value < 0 ? "-" : ""}$${size.toLocaleString("en-US", { minimumFractionDigits: size >= 1 ? places : 0, maximumFractionDigits: places })}`;
}

// Numbers of people's own: as many places as show three digits.
function plain(value) {
  const size = Math.abs(value);
  return nice(value) || trimmed(value, size >= 100 || !size ? 1 : Math.min(8, 2 - Math.floor(Math.log10(size))));
}

function reads(value, unit) {
  if (value === null || value === undefined) return NONE;
  if (unit === "ms") return milliseconds(value);
  if (unit === "usd") return dollars(value);
  if (unit === "share") return value === 0 || value === 1 ? `${value * 100} %` : `${(value * 100).toFixed(value < 0.01 || value > 0.99 ? 2 : 1)} %`;
  if (unit === "count" || unit === "tokens" || unit === "calls") return nice(value) || trimmed(value, Math.abs(value) < 100 ? 1 : 0);
  return plain(value);
}

// The same beside an axis, where there is little room.
function short(value, unit) {
  if (unit === "share") return `${trimmed(value * 100, 2)} %`;
  if (unit === "ms" || unit === "usd" || Math.abs(value) < 10000) return reads(value, unit);
  return value.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 1 });
}

// Levels of an upright axis, about `count` of them; `least` and `most` lie on levels.
function levels(least, most, whole = false, count = 4) {
  const rough = (most - least || Math.abs(most) || 1) / count;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * ten).find((each) => each >= rough * 0.99);
  if (whole && step < 1) return levels(least, Math.max(most, least + 1), false, Math.max(1, Math.ceil(most - least)));
  const first = Math.floor(least / step + 1e-9), last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

function day(ms, year = false) {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}${year ? ` ${at.getUTCFullYear()}` : ""}`;
}

function clock(ms) {
  const at = new Date(ms);
  return `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
}

// What a point stands for: 21 Nov, 14:00 to 14:30.
function span(ms, bucket) {
  if (bucket >= 27 * DAY) return `${MONTHS[new Date(ms).getUTCMonth()]} ${new Date(ms).getUTCFullYear()}`;
  if (bucket > DAY) return `${day(ms)} to ${day(ms + bucket - 1, true)}`;
  if (bucket === DAY) return day(ms, true);
  return `${day(ms)}, ${clock(ms)} to ${clock(ms + bucket)}`;
}

// Moments for the axis of time: [ms, text], at most `most` of them.
function moments(since, until, most) {
  const step = STEPS.find((each) => (until - since) / each <= most);
  if (!step) {
    const found = [], at = new Date(since);
    const by = Math.ceil((until - since) / (30.4 * DAY) / Math.max(1, most));
    at.setUTCDate(1); at.setUTCHours(0, 0, 0, 0);
    while (at.getTime() < until) {
      if (at.getTime() >= since) found.push([at.getTime(), `${MONTHS[at.getUTCMonth()]}${at.getUTCMonth() ? "" : ` ${at.getUTCFullYear()}`}`]);
      at.setUTCMonth(at.getUTCMonth() + by);
    }
    return found;
  }
  const found = [];
  for (let at = Math.ceil(since / step) * step; at < until; at += step) found.push([at, at % DAY ? clock(at) : day(at)]);
  return found;
}
