// What the reader has asked for, in the page and in its address.
const VIEWS = ['map', 'who', 'full', 'worst'];
const EMPTY = () => ({ scenario: '', day: '', model: '', close: [], capacity: {}, delay: {}, demand: {}, view: 'map', at: null });

const written = (text) => encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%E2%80%93', '–');

// No capacity, delay or demand is moved to more than this.
const MOST = 1e6;

// A number to the last digit that means anything, without the dust of a float.
const exact = (value) => +value.toPrecision(15);

// The part of the address after #: what is shut, capacities, delays, demand and the view.
function toAddress(state, texts) {
  const parts = [`d=${texts.states[stateNumber(texts, state)].day}`];
  if (state.scenario) parts.push(`scenario=${written(state.scenario)}`);
  if (state.model) parts.push(`model=${state.model}`);
  if (state.close.length) parts.push(`close=${state.close.map(written).join(',')}`);
  for (const [word, own] of [['cap', state.capacity], ['delay', state.delay], ['demand', state.demand]]) {
    const listed = Object.entries(own).map(([id, value]) => `${written(id)}@${exact(value)}`);
    if (listed.length) parts.push(`${word}=${listed.join(',')}`);
  }
  if (state.view !== 'map') parts.push(`view=${state.view}`);
  if (state.at) parts.push(`at=${state.at.map((x) => +x.toFixed(2)).join('/')}`);
  return `#${parts.join('&')}`;
}

// What an address asks for; what it names that is not here is left out and said.
function fromAddress(hash, names) {
  const parts = new Map();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0) parts.set(part.slice(0, at), part.slice(at + 1));
  }
  const text = (value) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  };
  const list = (word) => (parts.get(word) || '').split(',').filter(Boolean);
  const numbers = (word) => list(word).map((item) => {
    const at = item.lastIndexOf('@');
    const value = item.slice(at + 1);
    return [text(item.slice(0, Math.max(at, 0))), value.trim() ? Number(value) : NaN, text(item)];
  });
  const { state, unknown } = fromValues({
    scenario: text(parts.get('scenario') || ''),
    day: text(parts.get('d') || ''),
    close: list('close').map(text),
    capacity: numbers('cap'),
    delay: numbers('delay'),
    demand: numbers('demand'),
    model: text(parts.get('model') || ''),
  }, names);
  if (VIEWS.includes(parts.get('view'))) state.view = parts.get('view');
  const at = (parts.get('at') || '').split('/').map(Number);
  if (at.length === 3 && at.every(Number.isFinite)) state.at = at;
  return { state, unknown };
}

// What is asked for in values: changes of capacities, delays and demand as [id, number, as written].
function fromValues({ scenario = '', day = '', model = '', close = [], capacity = [], delay = [], demand = [] }, names) {
  const { texts } = names;
  const state = EMPTY();
  const unknown = [];
  const has = (asked) => {
    try {
      stateNumber(texts, asked);
      return true;
    } catch {
      return false;
    }
  };
  if (scenario && has({ scenario })) state.scenario = scenario;
  else if (scenario) unknown.push(`the scenario ${scenario}`);
  if (day && !state.scenario) {
    if (has({ day })) state.day = day;
    else unknown.push(`the day ${day}`);
  }
  for (const item of close) {
    const key = item.startsWith('border:') ? `border:${item.slice(7).split('-').sort().join('-')}` : item;
    if (!names.placeOf.has(key)) unknown.push(key);
    else if (!state.close.includes(key)) state.close.push(key);
  }
  const coupled = new Set(texts.couplings.limit);
  const capacities = new Set(texts.limits.slice(0, 2).flatMap((own) => own.filter((id, l) => !coupled.has(l))));
  const known = {
    capacity: (id) => capacities.has(id),
    delay: (id) => names.placeOf.has(id),
    demand: (id) => id === 'all' || texts.cargo.id.some((c) => id === `cargo:${c}`) || texts.demand.id.some((d) => id === `demand:${d}`),
  };
  for (const [word, own] of Object.entries({ capacity, delay, demand })) {
    for (const [id, value, said] of own) {
      if (!id || !known[word](id) || !(value >= 0) || value > MOST) unknown.push(said);
      else state[word][id] = value;
    }
  }
  if (model === 'logit' && texts.choice) state.model = model;
  else if (model && model !== 'optimal') unknown.push(`the model ${model}`);
  return { state, unknown };
}

// What a question says, in as few words as it takes: those of the address, and none that is empty.
function saidOf(question, texts) {
  const { name, day } = texts.states[question.state];
  const said = name ? { scenario: name } : question.state > 0 ? { day } : {};
  if (question.model) said.model = question.model;
  if (question.close.length) said.close = [...question.close];
  for (const word of ['capacity', 'delay', 'demand']) {
    if (Object.keys(question[word]).length) said[word] = { ...question[word] };
  }
  return said;
}

// The state with its history: every change goes through here.
class Store {
  constructor(names) {
    this.names = names;
    this.past = [];
    this.heard = [];
    const { state, unknown } = fromAddress(window.location.hash, names);
    this.state = state;
    this.unknown = unknown;
    window.addEventListener('hashchange', () => {
      const read = fromAddress(window.location.hash, names);
      this.unknown = read.unknown;
      this.past.push(this.state);
      this.merging = '';
      this.state = read.state;
      this.seen(read.state.at);
      this.tell();
    });
  }

  // What shows the part of the map that an address over this one names, or what it begins with.
  seen() {}

  listen(heard) {
    this.heard.push(heard);
  }

  tell() {
    for (const heard of this.heard) heard(this.state);
  }

  // Changes what is asked; a slider that is dragged makes one step of the history.
  change(values, { merge = '' } = {}) {
    if (!merge || merge !== this.merging) this.past.push(this.state);
    if (this.past.length > 200) this.past.shift();
    this.merging = merge;
    this.state = { ...this.state, ...values };
    this.write();
    this.tell();
  }

  // The view and where the map is are not part of the history.
  look(values) {
    this.state = { ...this.state, ...values };
    this.write();
    if ('view' in values) this.tell();
  }

  undo() {
    if (!this.past.length) return false;
    const { view, at } = this.state;
    this.state = { ...this.past.pop(), view, at };
    this.merging = '';
    this.write();
    this.tell();
    return true;
  }

  write() {
    try {
      history.replaceState(null, '', toAddress(this.state, this.names.texts));
    } catch {
      // A page without an address of its own, such as a frame of a notebook, keeps none.
    }
  }

  isShut(key) {
    return this.state.close.includes(key);
  }

  toggle(key) {
    const close = this.isShut(key) ? this.state.close.filter((other) => other !== key) : [...this.state.close, key];
    this.change({ close });
  }

  set(what, id, value, usual) {
    const own = { ...this.state[what] };
    if (value === usual) delete own[id];
    else own[id] = value;
    this.change({ [what]: own }, { merge: `${what}/${id}` });
  }

  get changes() {
    const { close, capacity, delay, demand } = this.state;
    return close.length + [capacity, delay, demand].reduce((sum, own) => sum + Object.keys(own).length, 0);
  }

  question() {
    const { close, capacity, delay, demand, model } = this.state;
    return { state: stateNumber(this.names.texts, this.state), close, capacity, delay, demand, ...(model ? { model } : {}) };
  }
}

// The number of the state that is meant: a scenario's by its name, a day's by its date.
function stateNumber(texts, { scenario, day }) {
  const name = scenario || day;
  if (!name) return 0;
  const found = texts.states.findIndex((state) => (scenario ? state.name === name : !state.name && state.day === name));
  if (found < 0) throw new Error(`this page holds no ${scenario ? 'scenario' : 'day'} ${JSON.stringify(name)}`);
  return found;
}
