// Tables that sort, unfold and go out as CSV: real ones, for readers and screen readers alike.

// `columns`: [{head, value(row), show(row) -> text or node, text, csv}]; `value` sorts and is in the CSV.
// Rows of which `always(row)` is true are shown however far down they are sorted.
class SortedTable {
  constructor({ name, caption, columns, sort, key, most = 60, always = () => false }) {
    this.key = key;
    this.always = always;
    this.name = name;
    this.columns = columns;
    this.sort = sort;
    this.most = most;
    this.shown = most;
    this.none = 'Nothing.';
    this.rows = [];
    this.head = element('tr');
    this.body = element('tbody');
    this.foot = element('p', { class: 'quiet foot' });
    this.table = element('table', {}, element('caption', { class: 'unseen' }, caption), element('thead', {}, this.head), this.body);
    this.element = element('div', { class: 'table' }, element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, this.table), this.foot);
    columns.forEach((column, i) => {
      const button = element('button', { type: 'button', onclick: () => this.sortBy(i) }, column.head);
      if (column.help) button.title = column.help;
      this.head.append(element('th', { scope: 'col', class: column.text ? '' : 'number' }, button));
    });
  }

  sortBy(i) {
    const down = this.sort[0] === i ? -this.sort[1] : this.columns[i].text ? 1 : -1;
    this.sort = [i, down];
    this.draw();
  }

  fill(rows) {
    this.rows = rows;
    this.draw();
  }

  sorted() {
    const [i, way] = this.sort;
    const value = this.columns[i].value;
    return this.rows.map((row, n) => [value(row), n, row]).sort((a, b) => {
      if (typeof a[0] === 'string') return way * a[0].localeCompare(b[0], 'en') || a[1] - b[1];
      return way * (a[0] - b[0]) || a[1] - b[1];
    }).map(([, , row]) => row);
  }

  draw() {
    if (dragging.held) {
      this.refresh();
      return;
    }
    [...this.head.children].forEach((cell, i) => {
      if (this.sort[0] === i) cell.setAttribute('aria-sort', this.sort[1] > 0 ? 'ascending' : 'descending');
      else cell.removeAttribute('aria-sort');
    });
    const rows = this.sorted();
    const shown = rows.filter((row, n) => n < this.shown || this.always(row));
    this.live = new Map();
    // A table that is being used is not rebuilt under the reader's hands: the focus is put back.
    refill(this.element, () => this.write(rows, shown), byId('main'));
  }

  write(rows, shown) {
    replace(this.body, shown.map((row) => {
      const cells = this.columns.map((column, i) =>
        element(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : { class: column.text ? '' : 'number' }, column.show(row)));
      this.live.set(this.key(row), cells);
      return element('tr', {}, cells);
    }));
    replace(this.foot,
      rows.length > shown.length
        ? element('button', { type: 'button', onclick: () => { this.shown = Infinity; this.draw(); } }, `Show all ${number(rows.length)} rows`)
        : rows.length ? plural(rows.length, 'row', 'rows') : this.none,
      ' ', element('button', { type: 'button', 'data-hold': 'csv', onclick: () => save(`${this.name}.csv`, this.csv(), 'text/csv') }, 'Save as CSV'));
  }

  // While a slider is held only what stands beside it is written anew; the rest follows after.
  refresh() {
    dragging.later.add(this);
    for (const row of this.rows) {
      const cells = (this.live || new Map()).get(this.key(row));
      if (!cells) continue;
      this.columns.forEach((column, i) => {
        if (!column.slider) replace(cells[i], column.show(row));
      });
    }
  }

  csv() {
    const columns = this.columns.flatMap((column) => column.csv || (column.value ? [[column.head, column.value]] : []));
    return csv(columns.map(([head]) => head), this.sorted().map((row) => columns.map(([, value]) => value(row))));
  }
}

// The slider that a reader holds, and what waits until it is let go.
const dragging = { held: false, later: new Set() };
for (const type of ['pointerup', 'pointercancel', 'blur']) {
  window.addEventListener(type, () => {
    if (!dragging.held) return;
    dragging.held = false;
    for (const waiting of dragging.later) waiting.draw();
    dragging.later.clear();
  });
}

// A slider with its number beside it; the number can be typed.
function slider({ label, id, value, low, high, step, usual, unit, heard }) {
  const range = element('input', { type: 'range', min: low, max: high, step, value: Math.min(value, high), 'aria-label': label, 'data-hold': `range/${id}` });
  const box = element('input', { type: 'number', min: low, step: 'any', value, 'aria-label': `${label}, ${unit}`, 'data-hold': `number/${id}` });
  const hear = (from) => {
    const asked = Number(from.value);
    if (from.value === '' || !(asked >= low && asked <= MOST)) return;
    range.value = String(Math.min(asked, high));
    if (from !== box) box.value = String(asked);
    heard(asked);
  };
  range.addEventListener('pointerdown', () => (dragging.held = true));
  range.addEventListener('input', () => hear(range));
  box.addEventListener('change', () => hear(box));
  const back = element('button', { type: 'button', class: 'small', title: `Back to ${usual} ${unit}`, 'aria-label': `${label}: back to ${usual} ${unit}`, 'data-hold': `back/${id}`, onclick: () => heard(usual), disabled: value === usual }, '↺');
  return element('span', { class: value === usual ? 'slider' : 'slider changed' }, range, box, element('span', { class: 'quiet' }, unit), back);
}
