// Small helpers of the page.
const byId = (id) => document.getElementById(id);

// Makes an element; text is always text. Attributes that start with `on` are listeners.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
  return made;
}

function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

// Grouped thousands and a true minus, none before what rounds to nothing.
function grouped(value, most, least = 0) {
  const text = Math.abs(value).toLocaleString('en-GB', { minimumFractionDigits: least, maximumFractionDigits: most });
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

// Numbers as a reader wants them: grouped thousands, few digits.
function number(value, digits) {
  const size = Math.abs(value);
  const places = digits !== undefined ? digits : size >= 100 || value === Math.round(value) ? 0 : size >= 10 ? 1 : 2;
  return grouped(value, places);
}

const SCALES = [[1e9, 'bn'], [1e6, 'M'], [1e3, 'k']];

// A number in three digits with k, M or bn: "36.4 k".
function short(value) {
  const size = Math.abs(value);
  for (const [scale, letter] of SCALES) {
    if (size >= 0.9995 * scale) return `${three(value / scale)} ${letter}`;
  }
  return three(value, true);
}

function three(value, whole = false) {
  const size = Math.abs(value);
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return grouped(value, digits, whole ? 0 : digits);
}

const tonnes = (value) => (Math.abs(value) >= 999.5 ? `${short(value)}t` : `${short(value)} t`);
const signed = (value, text) => (value > 0 && /[1-9]/.test(text) ? `+${text}` : text);
// An amount with its unit: "14 trains", "5,584 t".
const amountOf = (value, unit) => `${number(value)} ${unit}${/^(train|truck|wagon)$/.test(unit) && value !== 1 ? 's' : ''}`;
// A text whose dates stand on one line each: browsers break them at their hyphens.
const dated = (text) => text.split(/(\d{4}-\d\d-\d\d)/).map((part, i) => (i % 2 ? element('span', { class: 'day' }, part) : part));
// A number that a reader has set, in few digits: "0.333", "1.05", "24".
const few = (value) => grouped(Number.isInteger(value) ? value : +value.toPrecision(4), 12);
const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
// "Natural gas" in the middle of a sentence; what is written in capitals stays so.
const lowered = (text) => (/^.[A-Z]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1));
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

const FOCUSED = 'button, input, select, a[href], summary';

// Fills a part of the page anew and leaves the focus where it was: on the same thing, else on what
// has taken its place, else on the first of `others` that takes it.
function refill(parent, fill, ...others) {
  const held = parent.contains(document.activeElement) ? document.activeElement : null;
  const at = held ? [...parent.querySelectorAll(FOCUSED)].indexOf(held) : -1;
  fill();
  if (held && !parent.contains(document.activeElement)) {
    const now = [...parent.querySelectorAll(FOCUSED)];
    focusFirst((held.dataset.hold && now.find((it) => it.dataset.hold === held.dataset.hold)) || now[Math.min(at, now.length - 1)], ...others);
  }
}

// Puts the focus on the first of some things that takes it: what is hidden or disabled does not.
function focusFirst(...things) {
  for (const thing of things) {
    if (!thing || !thing.isConnected || thing.disabled || thing.closest('[hidden]')) continue;
    thing.focus();
    if (document.activeElement === thing) return;
  }
}

// Offers a text as a file; nothing leaves the page but to the reader's own disk.
function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// Rows as CSV, which a spreadsheet shows and does not run.
function csv(heads, rows) {
  const cell = (value) => {
    if (typeof value === 'number') return String(value);
    let text = String(value === null || value === undefined ? '' : value);
    if (/^['\s]*[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [heads, ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}
