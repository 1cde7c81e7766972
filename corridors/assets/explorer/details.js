// All that is known of one thing: what it carries, its limits, a delay, and its sources.
const WORDS = { amount: 'amount', background: 'background', units_per_year: 'units a year', length_km: 'length', dwell_hours: 'dwell', hours: 'hours', lat: 'latitude', lon: 'longitude' };

class Details {
  constructor(names, store, ask) {
    this.names = names;
    this.store = store;
    this.ask = ask;
    this.key = null;
    this.heading = element('h2', { id: 'details-title', tabindex: '-1' });
    this.body = element('div');
    this.element = element('aside', { id: 'details', 'aria-labelledby': 'details-title', hidden: true },
      element('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => this.close() }, '×'), this.heading, this.body);
  }

  open(key) {
    // What opens from within the details leads back to where they were opened from.
    if (this.element.hidden || !this.element.contains(document.activeElement)) {
      this.from = document.activeElement;
      this.within = this.from.closest('[id]');
    }
    this.key = key;
    this.element.hidden = false;
    this.draw();
    this.heading.focus();
    this.changed();
  }

  close() {
    if (this.element.hidden) return false;
    this.element.hidden = true;
    this.key = null;
    // What has been written anew since is the same thing still.
    const { hold } = this.from.dataset;
    const again = hold && this.within && this.within.querySelector(`[data-hold="${CSS.escape(hold)}"]`);
    focusFirst(this.from, again, byId(`tab-${this.store.state.view}`));
    this.changed();
    return true;
  }

  changed() {
    if (this.heard) this.heard(this.key);
  }

  show(answer, map) {
    this.answer = answer;
    this.map = map;
    if (this.key && !dragging.held) this.draw();
    else if (this.key) dragging.later.add(this);
  }

  draw() {
    if (!this.answer) return;
    const kind = this.names.kind(this.key);
    const id = this.names.id(this.key);
    this.heading.textContent = kind === 'demand' ? this.names.demand(this.demandNumber()) : this.names.placeOf.has(this.key) ? this.names.label(this.key) : this.limitName(id);
    const known = kind === 'demand' ? this.demand() : kind === 'coupling' ? this.coupling(id) : this.thing(kind);
    refill(this.body, () => replace(this.body, known), this.heading);
  }

  limitName(id) {
    const [ids, owners, titles] = this.names.texts.limits;
    const l = ids.findIndex((own, i) => own === id || owners[i] === id);
    return l < 0 ? id : titles[l];
  }

  // What falls with a by-product that has no outlet: its room is found, and nobody's to move.
  coupling(id) {
    const { names, answer } = this;
    const own = answer.fallen.find(({ limit }) => names.texts.limits[0][limit] === id);
    const gap = own && own.joint_gap_usd > 0 ? `To carry the by-product also for what falls with it would make all cheaper by ${usd0(own.joint_gap_usd)} USD a day at most.` : null;
    return [
      element('p', { class: 'quiet' }, `Coupling ${id}`),
      element('p', {}, own ? `${capitalised(fallenInWords(names, own))}.` : 'Nothing falls here now.'),
      own && own.price > 1e-6 ? element('p', {}, `One more that could leave saves ${usd0(own.price)} USD a day.`) : null,
      gap ? element('p', {}, gap) : null,
      this.sources('coupling', id),
    ];
  }

  demandNumber() {
    return this.names.texts.demand.id.indexOf(this.names.id(this.key));
  }

  thing(kind) {
    const { names, store, key } = this;
    const shut = store.isShut(key);
    const id = names.id(key);
    const delay = store.state.delay[key] || 0;
    return [
      element('p', { class: 'quiet' }, `${capitalised(KIND_WORDS[kind])} ${id}`),
      names.placeOf.has(key) ? element('p', {}, element('button', { type: 'button', class: shut ? 'main open' : 'main', 'data-hold': 'shut', onclick: () => store.toggle(key) }, shut ? 'Open it again' : 'Shut it')) : null,
      kind === 'link' ? this.line(names.linkOf.get(id)) : this.passing(),
      kind === 'capacity' ? this.limits(new Set([id])) : this.limits(this.capacitiesOn()),
      kind === 'capacity' ? null : element('div', {}, element('h3', {}, 'Delay whatever passes'),
        slider({ label: 'Delay', id: `delay/${key}`, value: delay, low: 0, high: 240, step: 6, usual: 0, unit: 'hours', heard: (x) => store.set('delay', key, x, 0) })),
      this.near(kind, id),
      this.sources(kind, id),
    ];
  }

  line(l) {
    const { names, answer, map } = this;
    const { links } = names.texts;
    const rows = names.linkArcs[l].map((a) => {
      const forward = names.arrays.arc_direction[a] === 0;
      const [from, to] = forward ? [links.from[l], links.to[l]] : [links.to[l], links.from[l]];
      return element('tr', {}, element('th', { scope: 'row' }, `${names.node(from)} → ${names.node(to)}`),
        element('td', { class: 'number' }, t0(answer.flowBefore.total[a])), element('td', { class: 'number' }, t0(answer.flow.total[a])));
    });
    const about = [`${MODE_WORDS[links.mode[l]] || links.mode[l]}${links.gauge[l] ? `, ${links.gauge[l]} mm` : ''}`, `${number(names.arrays.link_km[l])} km`];
    if (links.corridor[l]) about.push(`corridor ${links.corridor[l]}`);
    if (map.absent[l]) about.push('not in use on this day');
    return [
      element('p', {}, about.join(' · ')),
      links.note[l] ? element('p', { class: 'quiet' }, links.note[l]) : null,
      element('table', { class: 'small' }, element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 't a day'), element('th', { scope: 'col', class: 'number' }, 'Before'), element('th', { scope: 'col', class: 'number' }, 'After'))), element('tbody', {}, rows)),
      this.cargo(new Set(names.linkArcs[l])),
    ];
  }

  passing() {
    const { names, map, key } = this;
    const own = [...new Set(Array.from(names.arcs(key)).filter((a) => names.arrays.arc_type[a] === 0).map((a) => names.arrays.arc_row[a]))];
    if (!own.length) return null;
    own.sort((a, b) => Math.max(map.was[b], map.now[b]) - Math.max(map.was[a], map.now[a]) || a - b);
    const rows = own.filter((l) => map.was[l] > 0 || map.now[l] > 0).slice(0, 12).map((l) => element('tr', {},
      element('th', { scope: 'row' }, this.button(`link:${names.texts.links.id[l]}`)),
      element('td', { class: 'number' }, t0(map.was[l])), element('td', { class: 'number' }, t0(map.now[l]))));
    return element('div', {}, element('h3', {}, `${plural(own.length, 'line', 'lines')}`),
      rows.length ? element('table', { class: 'small' }, element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Busiest, t a day'), element('th', { scope: 'col', class: 'number' }, 'Before'), element('th', { scope: 'col', class: 'number' }, 'After'))), element('tbody', {}, rows))
        : element('p', { class: 'quiet' }, 'Nothing passes there, before or after.'));
  }

  cargo(arcs) {
    const { names, answer } = this;
    const sum = (flow) => {
      const found = new Map();
      flow.parts.arc.forEach((a, i) => {
        if (arcs.has(a)) found.set(flow.parts.cargo[i], (found.get(flow.parts.cargo[i]) || 0) + flow.parts.t[i]);
      });
      return found;
    };
    const [was, now] = [sum(answer.flowBefore), sum(answer.flow)];
    const kinds = [...new Set([...was.keys(), ...now.keys()])].sort((a, b) => (now.get(b) || 0) - (now.get(a) || 0) || a - b);
    if (!kinds.length) return null;
    return element('ul', { class: 'plain' }, kinds.map((c) => element('li', {}, `${names.texts.cargo.name[c]}: ${arrow(was.get(c) || 0, now.get(c) || 0, t0)} t`)));
  }

  // Capacities that count anything on the arcs of what is open here.
  capacitiesOn() {
    const { names, answer, key } = this;
    const { member_start: start, member_arc: arc } = names.arrays;
    const own = new Set(names.arcs(key));
    const found = new Set();
    const coupled = new Set(names.texts.couplings.limit);
    for (const l of answer.limits.limit) {
      if (coupled.has(l)) continue;
      for (let m = start[l]; m < start[l + 1]; m++) {
        if (own.has(arc[m])) {
          found.add(names.texts.limits[1][l] || names.texts.limits[0][l]);
          break;
        }
      }
    }
    return found;
  }

  limits(capacities) {
    const { names, answer, store } = this;
    const [ids, owners, titles, units, grades] = names.texts.limits;
    const own = Array.from(answer.limits.limit, (l, r) => [l, r]).filter(([l]) => capacities.has(owners[l] || ids[l]));
    if (!own.length) return element('p', { class: 'quiet' }, 'No limit here on this day.');
    own.sort((a, b) => answer.limits.price[b[1]] - answer.limits.price[a[1]] || a[1] - b[1]);
    const seen = new Set();
    const rows = own.slice(0, 8).map(([l, r]) => {
      const capacity = owners[l] || ids[l];
      const first = !seen.has(capacity);
      seen.add(capacity);
      const { amount, background, used, price } = answer.limits;
      const factor = store.state.capacity[capacity] === undefined ? 1 : store.state.capacity[capacity];
      return element('li', {},
        element('div', {}, capacity === names.id(this.key) ? titles[l] : this.button(`capacity:${capacity}`, titles[l]), grades[l] === 'D' ? element('span', { class: 'badge' }, 'inferred') : null),
        element('div', { class: 'quiet' }, `${number(used[r] + Math.min(background[r], amount[r]))} of ${amountOf(amount[r], units[l])} a day${price[r] > 1e-6 ? ` · one more saves ${usd0(price[r])} USD` : ''}`),
        first ? slider({ label: titles[l], id: `cap/${capacity}`, value: factor, low: 0, high: 3, step: 0.05, usual: 1, unit: 'times', heard: (x) => store.set('capacity', capacity, x, 1) }) : null);
    });
    return element('div', {}, element('h3', {}, own.length > 8 ? `Limits, 8 of ${own.length}` : 'Limits'), element('ul', { class: 'plain' }, rows));
  }

  button(key, text) {
    return element('button', { type: 'button', class: 'link', onclick: () => this.open(key) }, text || this.names.label(key));
  }

  // What else could be shut here.
  near(kind, id) {
    const { names } = this;
    const { links, nodes } = names.texts;
    const keys = [];
    if (kind === 'link') {
      const l = names.linkOf.get(id);
      const ends = [links.from[l], links.to[l]];
      const countries = ends.map((n) => nodes.country[n]);
      if (countries[0] !== countries[1]) keys.push(`border:${countries.slice().sort().join('-')}`);
      keys.push(...ends.map((n) => `node:${nodes.id[n]}`), ...countries.map((c) => `country:${c}`));
      const own = new Set(names.linkArcs[l]);
      names.keys.forEach((key) => {
        if (key.startsWith('chokepoint:') && names.arcs(key).some((a) => own.has(a))) keys.push(key);
      });
    } else if (kind === 'node') {
      keys.push(`country:${nodes.country[names.nodeOf.get(id)]}`);
    }
    const own = [...new Set(keys)].filter((key) => names.placeOf.has(key));
    return own.length ? element('div', {}, element('h3', {}, 'Here too'), element('ul', { class: 'plain' }, own.map((key) => element('li', {}, this.button(key), ` ${KIND_WORDS[names.kind(key)]}`)))) : null;
  }

  demand() {
    const { names, answer, store } = this;
    const k = this.demandNumber();
    const id = names.id(this.key);
    const d = answer.demands;
    const which = `demand:${id}`;
    const factor = store.state.demand[which] === undefined ? 1 : store.state.demand[which];
    const routes = element('div', { 'aria-live': 'polite' }, element('p', { class: 'quiet' }, 'Looking up the routes …'));
    this.routes(k, routes);
    return [
      element('p', { class: 'quiet' }, `Demand ${id}`),
      element('p', {}, `${t0(d.wanted[k])} t a day wanted; ${arrow(d.wanted_before[k] - d.short_before[k], d.wanted[k] - d.short[k], t0)} carried.`),
      element('h3', {}, 'Move it'),
      slider({ label: 'Demand', id: which, value: factor, low: 0, high: 3, step: 0.05, usual: 1, unit: 'times', heard: (x) => store.set('demand', which, x, 1) }),
      routes,
      this.sources('demand', id),
    ];
  }

  async routes(k, into) {
    const { names } = this;
    const key = this.key;
    let found;
    try {
      found = await this.ask({ what: 'routes', question: this.store.question(), demand: k });
    } catch (error) {
      into.textContent = error.message;
      return;
    }
    if (this.key !== key) return;
    const says = (route) => {
      const { arrays } = names;
      const nodes = [];
      for (const a of route.arcs) {
        for (const place of [arrays.tail[a], arrays.head[a]]) {
          const n = arrays.place_node[place];
          if (nodes[nodes.length - 1] !== n) nodes.push(n);
        }
      }
      return element('li', {}, element('strong', {}, `${t0(route.t)} t`), ` · ${number(route.hours / 24, 1)} days · ${number(route.usd)} USD a unit`,
        element('div', { class: 'quiet' }, nodes.map((n) => names.node(n)).join(' › ')));
    };
    const part = (title, routes) => [element('h3', {}, title), routes.length ? element('ul', { class: 'plain' }, routes.map(says)) : element('p', { class: 'quiet' }, 'Nothing is carried.')];
    replace(into, part('Routes before', found.before), part('Routes after', found.after));
  }

  sources(kind, id) {
    const { names } = this;
    const tables = { link: ['links'], node: ['nodes'], capacity: ['capacities'], demand: ['demand'], coupling: ['couplings'] }[kind] || [];
    const own = tables.flatMap((table) => names.sources(table, id));
    if (kind === 'link') {
      for (const capacity of [...this.capacitiesOn()].slice(0, 6)) own.push(...names.sources('capacities', capacity).map((origin) => ({ ...origin, of: this.limitName(capacity) })));
    }
    if (!own.length) return null;
    const one = (origin) => element('li', {},
      element('div', {}, element('span', { class: `badge grade-${/^[A-D]$/.test(origin.confidence) ? origin.confidence : 'D'}`, title: GRADES[origin.confidence] || '' }, origin.confidence), ' ',
        `${origin.of ? `${origin.of}, ` : ''}${WORDS[origin.column] || origin.column.replaceAll('_', ' ')}${origin.low || origin.high ? `, from ${origin.low || '?'} to ${origin.high || '?'}` : ''}`),
      element('div', {}, /^https?:\/\//.test(origin.url) ? element('a', { href: origin.url, rel: 'noopener noreferrer', target: '_blank' }, origin.title || origin.url) : origin.title, ` · ${origin.publisher}${origin.date ? `, ${origin.date}` : ''}`),
      origin.note ? element('div', { class: 'quiet' }, origin.note) : null);
    return element('details', {}, element('summary', {}, `Where ${plural(own.length, 'number comes', 'numbers come')} from`), element('ul', { class: 'plain sources' }, own.map(one)));
  }
}

const GRADES = { A: 'Official statistics or the operator', B: 'Press quoting officials', C: 'Press or an analyst', D: 'Inferred; the note says how' };
