// Scenarios out and in: the part of the language that the page can do, one to one.
const quoted = (text) => JSON.stringify(String(text));
const word = (text) => (/^[A-Za-z][\w-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : quoted(text));

const selectorOf = (key) => {
  const [kind, id] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
  if (kind === 'border') return `{border: [${id.split('-').map(word).join(', ')}]}`;
  return `{${kind}: ${word(id)}}`;
};

// A number as YAML has it: with a power of ten only behind a point.
const digits = (value) => {
  const text = String(exact(value));
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
};

// What each capacity holds on a day or in a scenario, as the table or the scenario has it; none where
// its directions hold different amounts, of which no one factor can be told.
function amountsIn(names, state) {
  const { texts, arrays } = names;
  const number = stateNumber(texts, state);
  const found = new Map();
  arrays[`${number}/limit`].forEach((l, r) => {
    const [id, unit, amount] = [texts.limits[1][l], texts.limits[3][l], arrays[`${number}/amount`][r]];
    const known = found.get(id);
    found.set(id, { unit, amount: known && known.amount !== amount ? NaN : amount });
  });
  return found;
}

// The market, place and cargo of an offer, which is no capacity of any table; null of all else.
function offerOf(id, texts) {
  const parts = id.split('/');
  return parts.length === 3 && (texts.markets || []).includes(parts[0]) && texts.limits[0].includes(id) ? parts : null;
}

// What the reader has asked for as a scenario file that `corridors run` takes, and what no such
// file can say.
function toYaml(state, names) {
  const { texts } = names;
  const amounts = amountsIn(names, state);
  const own = texts.states[stateNumber(texts, state)];
  const lines = [`name: ${state.scenario ? `${state.scenario}-and-more`.slice(0, 60) : 'from-the-explorer'}`];
  const title = state.close.map((key) => names.label(key)).join(', ');
  lines.push(`title: ${quoted(title ? `Shut: ${title}` : 'From the explorer')}`);
  lines.push(`as_of: ${own.day}`);
  if (state.scenario) lines.push(`extends: [${word(state.scenario)}]`);
  const left = [];
  const events = state.close.map((key) => `  - close: ${selectorOf(key)}`);
  for (const [id, factor] of Object.entries(state.capacity)) {
    let to = digits(factor);
    const offer = offerOf(id, texts);
    if (offer) {
      const [market, node, cargo] = offer.map(word);
      events.push(`  - supply: {market: ${market}, node: ${node}, cargo: ${cargo}}\n    to: ${to}`);
      continue;
    }
    if (factor > 1) {
      const known = amounts.get(id) || amounts.get(texts.limits[1][texts.limits[0].indexOf(id)]);
      if (!known || Number.isNaN(known.amount)) {
        const why = known ? 'its directions hold different amounts' : 'it is no limit on that day';
        left.push(`${texts.limits[2][texts.limits[1].includes(id) ? texts.limits[1].indexOf(id) : texts.limits[0].indexOf(id)]} × ${few(factor)}, as a limit is raised by an amount and ${why}`);
        continue;
      }
      to = `${exact(known.amount * factor)} ${known.unit}/day`;
    }
    events.push(`  - limit: {capacity: ${word(id)}}\n    to: ${to}`);
  }
  for (const [key, hours] of Object.entries(state.delay)) events.push(`  - delay: ${selectorOf(key)}\n    by: ${exact(hours)} h`);
  for (const [which, factor] of Object.entries(state.demand)) {
    const [kind, id] = [which.slice(0, which.indexOf(':')), which.slice(which.indexOf(':') + 1)];
    const selector = which === 'all' ? `cargo: [${texts.cargo.id.filter((_, c) => texts.demand.cargo.includes(c)).map(word).join(', ')}]` : `${kind}: ${word(id)}`;
    events.push(`  - demand: {${selector}}\n    to: ${digits(factor)}`);
  }
  lines.push(events.length ? `events:\n${events.join('\n')}` : 'events: []');
  return { text: `${lines.join('\n')}\n`, left };
}

// Reads what a scenario file says, block by block: mappings, lists, texts. Raises with the line.
function readYaml(text) {
  const lines = [];
  text.replace(/^\ufeff/, '').split(/\r?\n/).forEach((raw, i) => {
    const bare = uncommented(raw);
    if (/^ *\t/.test(bare) && bare.trim()) throw new Error(`line ${i + 1}: a tab indents it, expected spaces`);
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
  // A text that goes on in the next lines: in quotes until they end, without quotes as far as it is further in.
  const continued = (begun, indent, line) => {
    const quote = /^["']/.test(begun) ? begun[0] : '';
    if (!begun || (!quote && /^[[{>|]/.test(begun))) return begun;
    let own = begun;
    while (at < lines.length && lines[at].indent > indent && (quote ? !isClosed(own, quote) : !/:(\s|$)/.test(lines[at].text))) {
      own += ` ${lines[at++].text}`;
    }
    if (!quote && own !== begun && /(^|\s)[-?:](\s|$)/.test(own)) fail(line, `saw ${own}, expected a text in quotes`);
    return own;
  };
  const mapping = (indent) => {
    const found = {};
    while (at < lines.length && lines[at].indent === indent && !lines[at].text.startsWith('- ')) {
      const { text: own, line } = lines[at];
      const match = /^("(?:[^"\\]|\\.)*"|[\w -]+?)\s*:(?:\s+(.*)|)$/.exec(own);
      if (!match) fail(line, `saw ${own}, expected a key and a colon`);
      const key = flow(match[1], line);
      if (Object.hasOwn(found, key)) fail(line, `saw the key ${key} twice`);
      at++;
      const value = continued((match[2] || '').trim(), indent, line);
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

// Whether a text in quotes ends with them: two single ones within are one, and one behind \\ is none.
function isClosed(text, quote) {
  const inside = quote === '"' ? /^"(?:[^"\\]|\\.)*"/ : /^'(?:[^']|'')*'(?!')/;
  return inside.test(text);
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
  const unescaped = (own) => {
    try {
      return JSON.parse(own);
    } catch {
      return fail();
    }
  };
  const blank = () => {
    while (i < text.length && /\s/.test(text[i])) i++;
  };
  const scalar = (ends) => {
    if (text[i] === '"' || text[i] === "'") {
      const quote = text[i];
      let end = i + 1;
      while (end < text.length && (text[end] !== quote || (quote === "'" && text[end + 1] === quote))) {
        end += (text[end] === '\\' && quote === '"') || text[end] === quote ? 2 : 1;
      }
      if (end >= text.length) fail();
      const own = text.slice(i, end + 1);
      i = end + 1;
      return quote === '"' ? unescaped(own) : own.slice(1, -1).replaceAll("''", "'");
    }
    let end = i;
    while (end < text.length && !ends.includes(text[end])) end++;
    const own = text.slice(i, end).trim();
    i = end;
    if (/^(yes|no|on|off|true|false)$/i.test(own)) throw new Error(`line ${line}: saw ${own}, which YAML takes for true or false; quote it: "${own}"`);
    if (/^[-+]?0\d+$/.test(own)) throw new Error(`line ${line}: saw ${own}, which YAML takes for another number; quote it: "${own}"`);
    if (/^(~|null)$/i.test(own)) return null;
    return /^[-+]?(\d+|(\d+\.\d*|\.\d+)(e[-+]\d+)?)$/i.test(own) ? Number(own) : own;
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

const FILE_KEYS = ['name', 'title', 'question', 'description', 'as_of', 'extends', 'events', 'family', 'sources'];
const EVENT_KINDS = ['close', 'limit', 'delay', 'demand', 'surcharge', 'ban', 'open', 'supply', 'queue'];
const EVENT_KEYS = [...EVENT_KINDS, 'at', 'to', 'by', 'cargo', 'from', 'until', 'over', 'start_up', 'takes', 'note'];
const AMOUNT_KEYS = { close: [], limit: ['to'], delay: ['by'], demand: ['to'], supply: ['to'] };

// Refuses an event that `corridors run` refuses: of several kinds, of none, or with keys that it does not take.
function kindOf(event, where) {
  if (!event || typeof event !== 'object' || Array.isArray(event)) throw new Error(`${where}expected an event such as close: {border: [BY, PL]}`);
  const unknown = Object.keys(event).find((key) => !EVENT_KEYS.includes(key));
  if (unknown !== undefined) throw new Error(`${where}unknown key ${unknown}`);
  const kinds = EVENT_KINDS.filter((name) => name in event);
  if (!kinds.length) throw new Error(`${where}saw no kind of event`);
  if (kinds.length > 1) throw new Error(`${where}an event is one change; saw ${kinds.join(' and ')}`);
  const [kind] = kinds;
  const surplus = ['to', 'by'].find((key) => key in event && AMOUNT_KEYS[kind] && !AMOUNT_KEYS[kind].includes(key));
  if (surplus) throw new Error(`${where}${kind} takes no '${surplus}'`);
  for (const key of ['from', 'until']) {
    if (key in event && !/^\d{4}-\d\d-\d\d$/.test(event[key])) throw new Error(`${where}saw ${key}: ${event[key]}, expected a day such as 2025-09-12`);
  }
  return kind;
}

// What a scenario asks for, as a state of the page; raises where the page cannot do it.
function fromYaml(text, names) {
  const read = readYaml(text);
  const { texts } = names;
  if (!read || typeof read !== 'object' || Array.isArray(read)) throw new Error('that is no scenario: expected name, as_of and events');
  const stray = Object.keys(read).find((key) => !FILE_KEYS.includes(key));
  if (stray !== undefined) throw new Error(`unknown key ${stray}; a scenario has ${FILE_KEYS.join(', ')}`);
  if (!Array.isArray(read.events)) throw new Error('expected the key events with a list');
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
  const amounts = amountsIn(names, state);
  for (const event of read.events) {
    const where = event && event.line ? `line ${event.line}: ` : '';
    const kind = kindOf(event, where);
    const cannot = (what) => {
      throw new Error(`${where}the page cannot do ${what}; make the page with this scenario instead: corridors explore --scenario FILE`);
    };
    if (['surcharge', 'ban', 'open', 'queue'].includes(kind)) cannot(`a ${kind}`);
    for (const key of ['cargo', 'over', 'start_up', 'takes']) if (key in event) cannot(`an event with ${key}`);
    const about = day || texts.states[stateNumber(texts, state)].day;
    if ((event.from && String(event.from) > about) || (event.until && String(event.until) <= about)) continue;
    const selector = event[kind];
    if (kind === 'supply') {
      const { market, node, cargo, ...rest } = selector || {};
      const id = [market, node, cargo].join('/');
      if (Object.keys(rest).length || !offerOf(id, texts) || typeof event.to !== 'number') cannot('a supply but of one market, node and cargo by a factor');
      if (!(event.to >= 0)) throw new Error(`${where}saw to: ${event.to}, expected a factor of at least 0`);
      state.capacity[id] = (state.capacity[id] === undefined ? 1 : state.capacity[id]) * event.to;
      continue;
    }
    const entries = selector && typeof selector === 'object' ? Object.entries(selector) : [];
    if (entries.length !== 1) cannot(`a selector of ${entries.length} keys`);
    const [[by, value]] = entries;
    if (kind === 'demand') {
      if (!['cargo', 'demand'].includes(by) || typeof event.to !== 'number') cannot('this change of demand');
      if (!(event.to >= 0)) throw new Error(`${where}saw to: ${event.to}, expected a factor of at least 0`);
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
      const match = TIME.exec(String(event.by || ''));
      if (!match) throw new Error(`${where}saw by: ${event.by}, expected a time such as 24 h`);
      state.delay[keys[0]] = (state.delay[keys[0]] || 0) + Number(match[1]) * (match[2].startsWith('d') ? 24 : 1);
    } else {
      if (by !== 'capacity') cannot(`a limit by ${by}`);
      for (const key of keys) {
        const id = names.id(key);
        const before = state.capacity[id] === undefined ? 1 : state.capacity[id];
        const { share, factor } = limitOf(event.to, id, amounts, where);
        // A share is of what there is then, an amount in place of it; nothing stays nothing.
        state.capacity[id] = share !== undefined ? before * share : before === 0 ? 0 : factor;
      }
    }
  }
  return state;
}

const DECIMAL = String.raw`((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)`;
const TIME = new RegExp(String.raw`^${DECIMAL}\s*(h|hours?|d|days?)$`);
const SHARE = new RegExp(String.raw`^${DECIMAL}\s*%$`);
const AMOUNT = new RegExp(String.raw`^${DECIMAL}\s*([\w-]+)/(day|week|month|year)$`);

// A limit as a share, or as a factor of what holds from an amount in the capacity's own unit.
function limitOf(to, id, amounts, where) {
  const fail = () => {
    throw new Error(`${where}saw to: ${to}, expected a share from 0 to 1, or an amount with its unit`);
  };
  if (typeof to === 'number') return to >= 0 && to <= 1 ? { share: to } : fail();
  const percent = SHARE.exec(String(to));
  if (percent && Number(percent[1]) <= 100) return { share: Number(percent[1]) / 100 };
  const match = AMOUNT.exec(String(to)) || fail();
  const known = amounts.get(id);
  const unit = { tonnes: 't', trains: 'train', wagons: 'wagon', trucks: 'truck', permits: 'truck' }[match[2]] || match[2];
  if (!known) throw new Error(`${where}${id} is no limit on that day`);
  if (unit !== known.unit) throw new Error(`${where}the capacity ${id} counts ${known.unit}, saw an amount in ${match[2]}`);
  if (!(known.amount > 0)) throw new Error(`${where}the page cannot do an amount here: ${id} holds nothing on that day, or not the same in each direction`);
  return { factor: Number(match[1]) / { day: 1, week: 7, month: 365 / 12, year: 365 }[match[3]] / known.amount };
}
