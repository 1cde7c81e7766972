// Who is hit, what is full, what hurts most: three tables over the same answer as the map.
const arrow = (was, now, show) => (Math.abs(now - was) <= 1e-6 * Math.max(1, Math.abs(was)) ? show(now) : `${show(was)} → ${show(now)}`);
const t0 = (t) => (Math.abs(t) < 0.05 ? '0' : number(t, Math.abs(t) < 10 ? 1 : 0));
const change0 = (t) => (Math.abs(t) < 0.05 ? '0' : signed(t, t0(t)));
const usd0 = (value) => (Math.abs(value) < 0.5 ? '0' : number(value, 0));

class WhoView {
  constructor(names, store, open) {
    this.names = names;
    this.store = store;
    const column = (head, name, show, help) => ({ head, help, value: (row) => row[name], show: (row) => show(row[name], row) });
    this.table = new SortedTable({
      name: 'who-is-hit',
      caption: 'What became of each demand, tonnes a day',
      key: (row) => row.key,
      sort: [3, -1],
      columns: [
        { head: 'Demand', text: true, value: (row) => row.label, csv: [['id', (row) => row.key], ['demand', (row) => row.label]], show: (row) => (row.k === undefined ? row.label : element('button', { type: 'button', class: 'link', 'data-hold': row.key, onclick: () => open(`demand:${row.key}`) }, row.label)) },
        column('Wanted, t a day', 'wanted', t0),
        { head: 'Not carried', help: 'Before → after', value: (row) => row.short, csv: [['not carried before', (row) => row.was], ['not carried', (row) => row.short]], show: (row) => arrow(row.was, row.short, t0) },
        column('No longer carried', 'lost', (t) => (t > 0.05 ? element('strong', {}, t0(t)) : '0')),
        column('Goes round', 'rerouted', t0, 'Carried before and after, by other routes'),
        column('Hours longer', 'hours', (h) => (Math.abs(h) < 0.05 ? '0' : signed(h, number(h, 1))), 'Of what goes round, on average'),
        column('USD a day more', 'usd', (v) => signed(v, usd0(v)), 'Transport bill of what goes round'),
        column('Lost by staying, USD a day', 'surplus', (v) => signed(v, usd0(v)), 'What those that stay would have paid at most, less what they pay in ordinary times; change'),
      ],
    });
    this.by = element('select', { id: 'who-by', onchange: () => this.fill() },
      [['demand', 'each demand'], ['cargo', 'cargo'], ['from', 'country it comes from'], ['to', 'country it goes to']].map(([value, text]) => element('option', { value }, text)));
    this.all = element('span');
    this.element = element('div', {},
      element('p', { class: 'tools' }, element('label', { for: 'who-by' }, 'By '), this.by, element('label', {}, 'All demand ', this.all)),
      this.table.element);
  }

  show(answer) {
    this.answer = answer;
    if (!dragging.held) {
      const value = this.store.state.demand.all === undefined ? 1 : this.store.state.demand.all;
      replace(this.all, slider({ label: 'All demand', id: 'all', value, low: 0, high: 2, step: 0.05, usual: 1, unit: 'times', heard: (x) => this.store.set('demand', 'all', x, 1) }));
    }
    this.fill();
  }

  fill() {
    const { names, answer } = this;
    const { demand, cargo, nodes } = names.texts;
    const d = answer.demands;
    const by = this.by.value;
    const groups = new Map();
    demand.id.forEach((id, k) => {
      if (d.wanted[k] < 1e-9 && d.wanted_before[k] < 1e-9) return;
      const [key, label] = by === 'demand' ? [id, names.demand(k)]
        : by === 'cargo' ? [cargo.id[demand.cargo[k]], `${cargo.name[demand.cargo[k]]}${names.arrays.counted[demand.cargo[k]] ? '' : ' (not in totals)'}`]
          : [nodes.country[demand[by][k]], names.country(nodes.country[demand[by][k]])];
      if (!groups.has(key)) groups.set(key, { key, label, k: by === 'demand' ? k : undefined, wanted: 0, was: 0, short: 0, lost: 0, rerouted: 0, t_hours: 0, usd: 0, surplus: 0 });
      const row = groups.get(key);
      row.wanted += d.wanted[k];
      row.was += d.short_before[k];
      row.short += d.short[k];
      row.lost += d.lost[k];
      row.rerouted += d.rerouted[k];
      row.t_hours += d.rerouted[k] * d.added_hours[k];
      row.usd += d.added_usd[k];
      row.surplus += d.surplus[k];
    });
    const rows = [...groups.values()];
    for (const row of rows) row.hours = row.rerouted > 1e-6 ? row.t_hours / row.rerouted : 0;
    rows.sort((a, b) => b.rerouted - a.rerouted || b.wanted - a.wanted);
    this.table.fill(rows);
  }
}

class FullView {
  constructor(names, store, open) {
    this.names = names;
    this.store = store;
    this.table = new SortedTable({
      name: 'what-is-full',
      caption: 'Limits, how full they are and what one more a day would save',
      key: (row) => row.id,
      // What a reader has moved is under their hands, and has to stay there.
      always: (row) => row.factor !== 1,
      sort: [4, -1],
      columns: [
        { head: 'Limit', text: true, value: (row) => row.name, csv: [['id', (row) => row.id], ['limit', (row) => row.name]], show: (row) => [element('button', { type: 'button', class: 'link', 'data-hold': row.id, onclick: () => open(row.key) }, row.name), row.confidence === 'D' ? element('span', { class: 'badge', title: 'Nobody published this number: it is inferred, and its note says how' }, 'inferred') : null] },
        { head: 'Full', value: (row) => row.use, show: (row) => [element('meter', { min: 0, max: 1, value: Math.min(1, row.use), 'aria-hidden': 'true' }), ` ${number(100 * row.use, 0)} %`] },
        { head: 'Holds a day', value: (row) => row.amount, csv: [['amount', (row) => row.amount], ['unit', (row) => row.unit], ['background', (row) => row.background], ['used', (row) => row.used]], show: (row) => amountOf(row.amount, row.unit) },
        { head: 'One more saves, USD', help: 'What one more unit a day would save a day: cost, time and loss together', value: (row) => row.price, csv: [['price before', (row) => row.was], ['price', (row) => row.price]], show: (row) => arrow(row.was, row.price, usd0) },
        { head: 'Worth, USD a day', help: 'That price times all that the limit holds', value: (row) => row.worth, show: (row) => usd0(row.worth) },
        { head: 'Sources', text: true, value: (row) => row.confidence, csv: [['confidence', (row) => row.confidence]], show: (row) => row.confidence || '–' },
        { head: 'Move it', slider: true, value: (row) => row.factor, show: (row) => (row.moves ? slider({ label: row.name, id: row.id, value: row.factor, low: 0, high: 3, step: 0.05, usual: 1, unit: 'times', heard: (x) => this.store.set('capacity', row.capacity, x, 1) }) : element('span', { class: 'quiet' }, 'found, not set')) },
      ],
    });
    this.which = element('select', { id: 'full-which', onchange: () => this.fill() },
      [['full', 'full before or after, or moved'], ['used', 'with anything on them'], ['all', 'every limit of the day']].map(([value, text]) => element('option', { value }, text)));
    this.text = element('input', { type: 'search', id: 'full-text', placeholder: 'Name of a limit', 'aria-label': 'Name of a limit', oninput: () => this.fill() });
    this.element = element('div', {},
      element('p', { class: 'tools' }, element('label', { for: 'full-which' }, 'Show those '), this.which, this.text),
      this.table.element);
  }

  show(answer) {
    this.answer = answer;
    this.fill();
  }

  rows() {
    const { names, answer, store } = this;
    const [ids, capacities, titles, units, grades] = names.texts.limits;
    const now = answer.limits;
    const coupled = new Set(names.texts.couplings.limit);
    const was = new Map(Array.from(answer.limitsBefore.limit, (l, r) => [l, r]));
    return Array.from(now.limit, (l, r) => {
      const before = was.get(l);
      const capacity = capacities[l] || ids[l];
      const factor = store.state.capacity[capacity] === undefined ? 1 : store.state.capacity[capacity];
      const used = now.used[r];
      const taken = used + Math.min(now.background[r], now.amount[r]);
      return {
        id: ids[l], key: `${coupled.has(l) ? 'coupling' : 'capacity'}:${coupled.has(l) ? ids[l] : capacity}`, moves: !coupled.has(l), capacity, name: titles[l], unit: units[l], factor, used,
        amount: now.amount[r], background: now.background[r],
        use: now.amount[r] > 0 ? taken / now.amount[r] : 1,
        full: used >= now.bound[r] * (1 - 1e-6) && (used > 0 || now.price[r] > 0),
        price: now.price[r],
        was: before === undefined ? 0 : answer.limitsBefore.price[before],
        worth: now.price[r] * now.bound[r],
        confidence: grades[l],
      };
    });
  }

  fill() {
    const which = this.which.value;
    const words = plainWords(this.text.value).split(' ').filter(Boolean);
    this.table.fill(this.rows().filter((row) => {
      if (words.length && !words.every((word) => plainWords(`${row.name} ${row.id}`).includes(word))) return false;
      if (words.length || which === 'all') return true;
      if (which === 'used') return row.used > 0;
      return row.full || row.price > 1e-6 || row.was > 1e-6 || row.factor !== 1;
    }));
  }
}

const ASKED_AT_ONCE = 12;

class WorstView {
  constructor(names, store, asking) {
    this.names = names;
    this.store = store;
    this.asking = asking;
    this.run = 0;
    this.table = new SortedTable({
      name: 'what-hurts-most',
      caption: 'Each thing shut alone, on top of what is shut now: the worst first',
      key: (row) => row.key,
      sort: [4, -1],
      columns: [
        { head: 'Shut this', text: true, value: (row) => row.label, csv: [['id', (row) => row.key], ['what', (row) => row.label]], show: (row) => element('button', { type: 'button', class: 'link', 'data-hold': row.key, title: `Shut ${row.label}`, onclick: () => store.toggle(row.key) }, row.label) },
        { head: 'Kind', text: true, value: (row) => row.kind, show: (row) => KIND_WORDS[row.kind] },
        { head: 'No longer carried, t a day', value: (row) => row.short_t, show: (row) => change0(row.short_t) },
        { head: 'Goes round, t a day', value: (row) => row.rerouted_t, show: (row) => t0(row.rerouted_t) },
        { head: 'Damage, USD a day', help: 'Cost, value of time and loss together', value: (row) => row.damage_usd, show: (row) => usd0(row.damage_usd) },
      ],
    });
    this.kinds = KIND_ORDER.map((kind) => element('label', { class: 'check' }, element('input', { type: 'checkbox', value: kind, checked: true, onchange: () => this.fill() }), `${KIND_WORDS[kind]}s`.replace('ys', 'ies')));
    this.status = element('p', { class: 'quiet', role: 'status' });
    this.element = element('div', {}, element('p', { class: 'tools' }, this.kinds), this.status, this.table.element);
    this.found = new Map();
  }

  // Ranks what is left to shut, a few at a time, the broad things first; starts again when asked anew.
  async show(question) {
    const asked = JSON.stringify(question);
    if (asked === this.asked) return;
    this.asked = asked;
    const run = ++this.run;
    this.found = new Map();
    this.status.textContent = 'Shutting one thing after the other, the broad things first …';
    this.table.none = 'Nothing yet.';
    this.fill();
    const { names } = this;
    const shut = new Set(question.close);
    const same = new Map();
    const todo = names.order.map((i) => names.keys[i]).filter((key) => !shut.has(key) && !names.atSea.has(names.placeOf.get(key)));
    const asking = await this.asking();
    for (let at = 0; at < todo.length; at += ASKED_AT_ONCE) {
      const keys = todo.slice(at, at + ASKED_AT_ONCE);
      const fresh = keys.filter((key) => !same.has(names.arcs(key).join()));
      let briefs;
      try {
        briefs = await asking.ask({ what: 'briefs', question, keys: fresh });
      } catch (error) {
        if (run === this.run) this.status.textContent = `The ranking stopped: ${error.message}`;
        return;
      }
      if (run !== this.run) return;
      fresh.forEach((key, i) => same.set(names.arcs(key).join(), briefs[i]));
      for (const key of keys) this.found.set(key, same.get(names.arcs(key).join()));
      const done = Math.min(at + ASKED_AT_ONCE, todo.length);
      if (done === todo.length) this.table.none = 'Nothing.';
      this.status.textContent = done < todo.length ? `${number(done)} of ${number(todo.length)} shut and solved` : `All ${number(todo.length)} shut and solved, one after the other`;
      if (at % (10 * ASKED_AT_ONCE) === 0 || done === todo.length) this.fill();
    }
  }

  stop() {
    this.run++;
    this.asked = '';
  }

  fill() {
    const kinds = new Set(this.kinds.map((label) => label.firstChild).filter((box) => box.checked).map((box) => box.value));
    const rows = [];
    for (const [key, brief] of this.found) {
      const kind = this.names.kind(key);
      if (kinds.has(kind) && (Math.abs(brief.damage_usd) > 0.005 || brief.rerouted_t > 1e-6 || Math.abs(brief.short_t) > 1e-6)) rows.push({ key, kind, label: this.names.label(key), ...brief });
    }
    this.table.fill(rows);
  }
}

class LinesView {
  constructor(names, store, open) {
    this.names = names;
    this.table = new SortedTable({
      name: 'lines',
      caption: 'What each line carries, tonnes a day, both directions together',
      key: (row) => row.key,
      sort: [4, -1],
      most: 40,
      columns: [
        { head: 'Line', text: true, value: (row) => row.label, csv: [['id', (row) => row.key], ['line', (row) => row.label]], show: (row) => element('button', { type: 'button', class: 'link', 'data-hold': row.key, onclick: () => open(row.key) }, row.label) },
        { head: 'Before', value: (row) => row.was, show: (row) => t0(row.was) },
        { head: 'After', value: (row) => row.now, show: (row) => t0(row.now) },
        { head: 'Change', value: (row) => row.now - row.was, show: (row) => change0(row.now - row.was) },
        { head: 'Moved', help: 'Size of the change', value: (row) => Math.abs(row.now - row.was), show: (row) => t0(Math.abs(row.now - row.was)) },
        { head: 'Shut', text: true, value: (row) => row.state, show: (row) => element('button', { type: 'button', class: 'small', 'aria-pressed': String(store.isShut(row.key)), 'aria-label': `Shut ${row.label}`, 'data-hold': `shut/${row.key}`, onclick: () => store.toggle(row.key) }, store.isShut(row.key) ? 'Open' : 'Shut') },
      ],
    });
    this.element = this.table.element;
  }

  show(map) {
    const { names } = this;
    this.table.fill(names.texts.links.id.map((id, l) => ({
      key: `link:${id}`, label: names.link(l), was: map.was[l], now: map.now[l], state: map.gone[l] ? 'shut' : '',
    })).filter((row) => row.was > 0 || row.now > 0 || row.state));
  }
}
