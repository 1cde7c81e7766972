// Scenarios out and in: the part of the language that the page can do, one to one.
const quoted = (text) => JSON.stringify(String(text));
const word = (text) => (/^[A-Za-z][\w-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : quoted(text));

const selectorOf = (key) => {
  const [kind, id] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
  if (kind === 'border') return `{border: [${id.split('-').map(word).join(', ')}]}`;
  return `{${kind}: ${word(id)}}`;
};

// What the reader has asked for as a scenario file that `corridors run` takes.
function toYaml(state, names, answer) {
  const { texts } = names;
  const own = texts.states[stateNumber(texts, state)];
  const lines = [`name: ${state.scenario ? `${state.scenario}-and-more`.slice(0, 60) : 'from-the-explorer'}`];
  const title = state.close.map((key) => names.label(key)).join(', ');
  lines.push(`title: ${quoted(title ? `Shut: ${title}` : 'From the explorer')}`);
  lines.push(`as_of: ${own.day}`);
  if (state.scenario) lines.push(`extends: [${word(state.scenario)}]`);
  const events = state.close.map((key) => `  - close: ${selectorOf(key)}`);
  const ids = texts.limits;
  for (const [id, factor] of Object.entries(state.capacity)) {
    let to = String(+factor.toFixed(4));
    if (factor > 1) {
      const r = answer ? Array.from(answer.limitsBefore.limit).findIndex((l) => ids[1][l] === id || ids[0][l] === id) : -1;
      if (r < 0) continue;
      const l = answer.limitsBefore.limit[r];
      to = `${answer.limitsBefore.amount[r] * factor} ${ids[3][l]}/day`;
    }
    events.push(`  - limit: {capacity: ${word(id)}}\n    to: ${to}`);
  }
  for (const [key, hours] of Object.entries(state.delay)) events.push(`  - delay: ${selectorOf(key)}\n    by: ${hours} h`);
  for (const [which, factor] of Object.entries(state.demand)) {
    const [kind, id] = [which.slice(0, which.indexOf(':')), which.slice(which.indexOf(':') + 1)];
    const selector = which === 'all' ? `cargo: [${texts.cargo.id.filter((_, c) => texts.demand.cargo.includes(c)).map(word).join(', ')}]` : `${kind}: ${word(id)}`;
    events.push(`  - demand: {${selector}}\n    to: ${+factor.toFixed(4)}`);
  }
  lines.push(events.length ? `events:\n${events.join('\n')}` : 'events: []');
  return `${lines.join('\n')}\n`;
}

// Reads what a scenario file says, block by block: mappings, lists, texts. Raises with the line.
function readYaml(text) {
  const lines = [];
  text.split(/\r?\n/).forEach((raw, i) => {
    const bare = uncommented(raw);
    if (bare.trim() && bare.trim() !== '---') lines.push({ indent: bare.length - bare.trimStart().length, text: bare.trim(), line: i + 1 });
  });
  let at = 0;
  const fail = (line, what) => {
    throw new Error(`line ${line}: ${what}`);
  };
  const block = (indent) => (lines[at].text === '-' || lines[at].text.startsWith('- ') ? listBlock(indent) : mapping(indent));
  const folded = (indent) => {
    const parts = [];
    while (at < lines.length && lines[at].indent > indent) parts.push(lines[at++].text);
    return parts.join(' ');
  };
  const mapping = (indent) => {
    const found = {};
    while (at < lines.length && lines[at].indent === indent && !lines[at].text.startsWith('- ')) {
      const { text: own, line } = lines[at];
      const match = /^("(?:[^"\\]|\\.)*"|[\w -]+?)\s*:(?:\s+(.*)|)$/.exec(own);
      if (!match) fail(line, `saw ${own}, expected a key and a colon`);
      const key = flow(match[1], line);
      const value = (match[2] || '').trim();
      at++;
      if (value === '>' || value === '|' || value === '>-' || value === '|-') found[key] = folded(indent);
      else if (value) found[key] = flow(value, line);
      else if (at < lines.length && (lines[at].indent > indent || (lines[at].indent === indent && lines[at].text.startsWith('- ')))) found[key] = block(lines[at].indent);
      else found[key] = null;
      if (found[key] && typeof found[key] === 'object') Object.defineProperty(found[key], 'line', { value: line });
    }
    if (at < lines.length && lines[at].indent > indent) fail(lines[at].line, 'is further in than what stands above it');
    return found;
  };
  const listBlock = (indent) => {
    const found = [];
    while (at < lines.length && lines[at].indent === indent && (lines[at].text === '-' || lines[at].text.startsWith('- '))) {
      const here = lines[at];
      const rest = here.text.slice(1).trimStart();
      if (/^("[^"]*"|[\w -]+?)\s*:(\s|$)/.test(rest)) {
        lines[at] = { indent: indent + here.text.length - rest.length, text: rest, line: here.line };
        found.push(mapping(lines[at].indent));
      } else {
        at++;
        found.push(rest ? flow(rest, here.line) : block(lines[at].indent));
      }
      const last = found[found.length - 1];
      if (last && typeof last === 'object') Object.defineProperty(last, 'line', { value: here.line, configurable: true });
    }
    return found;
  };
  const whole = lines.length ? block(lines[0].indent) : {};
  if (at < lines.length) fail(lines[at].line, `saw ${lines[at].text}, where nothing more was expected`);
  return whole;
}

function uncommented(raw) {
  let quote = '';
  for (let i = 0; i < raw.length; i++) {
    if (quote) {
      if (raw[i] === quote) quote = '';
    } else if (raw[i] === '"' || raw[i] === "'") {
      quote = raw[i];
    } else if (raw[i] === '#' && (i === 0 || /\s/.test(raw[i - 1]))) {
      return raw.slice(0, i);
    }
  }
  return raw;
}

// A value on one line: [a, b], {a: b}, "text", text or a number.
function flow(text, line) {
  let i = 0;
  const fail = () => {
    throw new Error(`line ${line}: ${text} cannot be read`);
  };
  const blank = () => {
    while (i < text.length && /\s/.test(text[i])) i++;
  };
  const scalar = (ends) => {
    if (text[i] === '"' || text[i] === "'") {
      const quote = text[i];
      let end = i + 1;
      while (end < text.length && text[end] !== quote) end += text[end] === '\\' && quote === '"' ? 2 : 1;
      if (end >= text.length) fail();
      const own = text.slice(i, end + 1);
      i = end + 1;
      return quote === '"' ? JSON.parse(own) : own.slice(1, -1);
    }
    let end = i;
    while (end < text.length && !ends.includes(text[end])) end++;
    const own = text.slice(i, end).trim();
    i = end;
    return /^-?\d+(\.\d+)?$/.test(own) ? Number(own) : own;
  };
  const value = (ends) => {
    blank();
    if (text[i] !== '[' && text[i] !== '{') return scalar(ends);
    const [open, close] = text[i] === '[' ? ['[', ']'] : ['{', '}'];
    const found = open === '[' ? [] : {};
    i++;
    for (blank(); text[i] !== close; blank()) {
      if (i >= text.length) fail();
      if (open === '[') {
        found.push(value([',', ']']));
      } else {
        const key = scalar([':']);
        if (text[i] !== ':') fail();
        i++;
        found[key] = value([',', '}']);
      }
      blank();
      if (text[i] === ',') i++;
      else if (text[i] !== close) fail();
    }
    i++;
    return found;
  };
  const found = value([]);
  blank();
  if (i < text.length) fail();
  return found;
}

// What a scenario asks for, as a state of the page; raises where the page cannot do it.
function fromYaml(text, names, amounts) {
  const read = readYaml(text);
  const { texts } = names;
  if (!read || typeof read !== 'object' || Array.isArray(read)) throw new Error('that is no scenario: expected name, as_of and events');
  const state = EMPTY();
  const list = (value) => (Array.isArray(value) ? value : [value]).map(String);
  const day = read.as_of === undefined ? '' : String(read.as_of);
  const wider = list(read.extends === undefined || read.extends === null ? [] : read.extends);
  if (wider.length > 1) throw new Error(`it extends ${wider.length} scenarios; the page lays its own over one`);
  if (wider.length) {
    [state.scenario] = wider;
    const own = texts.states[stateNumber(texts, state)];
    if (day && own.day !== day) throw new Error(`it is about ${day}; this page holds ${state.scenario} on ${own.day}`);
  } else if (day) {
    state.day = day;
    stateNumber(texts, state);
  }
  for (const event of Array.isArray(read.events) ? read.events : []) {
    const where = event && event.line ? `line ${event.line}: ` : '';
    const kind = ['close', 'limit', 'delay', 'demand', 'surcharge', 'ban', 'open', 'supply', 'queue'].find((name) => event && name in event);
    const cannot = (what) => {
      throw new Error(`${where}the page cannot do ${what}; make the page with this scenario instead: corridors explore --scenario FILE`);
    };
    if (!kind) throw new Error(`${where}saw no kind of event`);
    if (['surcharge', 'ban', 'open', 'supply', 'queue'].includes(kind)) cannot(`a ${kind}`);
    for (const key of ['cargo', 'over', 'start_up', 'takes']) if (key in event) cannot(`an event with ${key}`);
    const about = day || texts.states[stateNumber(texts, state)].day;
    if ((event.from && String(event.from) > about) || (event.until && String(event.until) <= about)) continue;
    const selector = event[kind];
    const entries = selector && typeof selector === 'object' ? Object.entries(selector) : [];
    if (entries.length !== 1) cannot(`a selector of ${entries.length} keys`);
    const [[by, value]] = entries;
    if (kind === 'demand') {
      if (!['cargo', 'demand'].includes(by) || typeof event.to !== 'number') cannot('this change of demand');
      const known = by === 'cargo' ? texts.cargo.id : texts.demand.id;
      const unknown = list(value).find((id) => !known.includes(id));
      if (unknown !== undefined) throw new Error(`${where}there is no ${by} ${unknown}`);
      const every = by === 'cargo' && texts.demand.cargo.every((c) => list(value).includes(texts.cargo.id[c]));
      for (const which of every ? ['all'] : list(value).map((id) => `${by}:${id}`)) {
        state.demand[which] = (state.demand[which] === undefined ? 1 : state.demand[which]) * event.to;
      }
      continue;
    }
    const keys = by === 'border' ? [`border:${list(value).sort().join('-')}`] : list(value).map((id) => `${by}:${id}`);
    for (const key of keys) {
      if (!names.placeOf.has(key)) {
        if (!KIND_ORDER.includes(by)) cannot(`a selector by ${by}`);
        throw new Error(`${where}there is no ${KIND_WORDS[by] || by} ${names.id(key)}`);
      }
    }
    if (kind === 'close') {
      state.close.push(...keys.filter((key) => !state.close.includes(key)));
    } else if (kind === 'delay') {
      if (keys.length > 1) cannot('a delay of several things as one place');
      const match = /^(\d+(?:\.\d+)?)\s*(h|hours?|d|days?)$/.exec(String(event.by || ''));
      if (!match) throw new Error(`${where}saw by: ${event.by}, expected a time such as 24 h`);
      state.delay[keys[0]] = (state.delay[keys[0]] || 0) + Number(match[1]) * (match[2].startsWith('d') ? 24 : 1);
    } else {
      if (by !== 'capacity') cannot(`a limit by ${by}`);
      for (const key of keys) state.capacity[names.id(key)] = factorOf(event.to, names.id(key), names, amounts, where);
    }
  }
  return state;
}

// A limit as a factor of what holds: from a share, or from an amount in the capacity's own unit.
function factorOf(to, id, names, amounts, where) {
  if (typeof to === 'number') {
    if (to >= 0 && to <= 1) return to;
    throw new Error(`${where}saw to: ${to}, expected a share from 0 to 1, or an amount with its unit`);
  }
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(to));
  if (percent && Number(percent[1]) <= 100) return Number(percent[1]) / 100;
  const match = /^(\d+(?:\.\d+)?)\s*(\w+)\/(day|week|month|year)$/.exec(String(to));
  if (!match) throw new Error(`${where}saw to: ${to}, expected a share from 0 to 1, or an amount with its unit`);
  const known = amounts.get(id);
  const unit = { tonnes: 't', trains: 'train', wagons: 'wagon', trucks: 'truck', permits: 'truck' }[match[2]] || match[2];
  if (!known) throw new Error(`${where}${id} is no limit on that day`);
  if (unit !== known.unit) throw new Error(`${where}the capacity ${id} counts ${known.unit}, saw an amount in ${match[2]}`);
  return Number(match[1]) / { day: 1, week: 7, month: 365 / 12, year: 365 }[match[3]] / known.amount;
}
