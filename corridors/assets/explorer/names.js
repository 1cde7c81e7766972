// The network as the page knows it: what things are called, where they lie, what they are made of.
const KIND_WORDS = {
  border: 'border', chokepoint: 'chokepoint', country: 'country', node: 'place', link: 'line', capacity: 'capacity',
};
const KIND_ORDER = ['border', 'chokepoint', 'country', 'node', 'capacity', 'link'];
const MODE_WORDS = { rail: 'rail', road: 'road', sea: 'sea', pipeline: 'pipeline', air: 'air', inland: 'inland water' };

class Names {
  constructor({ texts, arrays }) {
    this.texts = texts;
    this.arrays = arrays;
    const { elements, links, nodes } = texts;
    this.nodeOf = new Map(nodes.id.map((id, n) => [id, n]));
    this.linkOf = new Map(links.id.map((id, l) => [id, l]));
    this.countryNames = new Map(texts.countries.code.map((code, i) => [code, texts.countries.name[i]]));
    this.keys = elements.kind.map((kind, i) => `${kind}:${elements.id[i]}`);
    this.placeOf = new Map(this.keys.map((key, i) => [key, i]));
    this.atSea = new Set(elements.at_sea);
    this.labels = this.keys.map((key, i) => this.labelOf(elements.kind[i], elements.id[i], elements.name[i]));
    this.linkArcs = links.id.map(() => []);
    arrays.arc_type.forEach((kind, a) => {
      if (kind === 0) this.linkArcs[arrays.arc_row[a]].push(a);
    });
    this.order = this.keys.map((_, i) => i).sort((i, j) =>
      KIND_ORDER.indexOf(elements.kind[i]) - KIND_ORDER.indexOf(elements.kind[j]) || this.labels[i].localeCompare(this.labels[j], 'en') || i - j);
    this.sought = this.keys.map((key, i) => plainWords(`${this.labels[i]} ${elements.id[i]} ${KIND_WORDS[elements.kind[i]]}`));
    // What is called just what was typed is meant before what begins so.
    this.called = this.keys.map((key, i) => [elements.name[i], this.labels[i], elements.kind[i] === 'border' ? this.border(elements.id[i]) : ''].map((name) => plainWords(name || '')));
    this.origins = null;
  }

  country(code) {
    return this.countryNames.get(code) || code;
  }

  node(n) {
    const { nodes, markets } = this.texts;
    return n < nodes.id.length ? nodes.name[n] : `market ${markets[n - nodes.id.length]}`;
  }

  link(l) {
    const { links } = this.texts;
    const gauge = links.gauge[l] ? ` ${links.gauge[l]}` : '';
    return `${this.node(links.from[l])}–${this.node(links.to[l])}, ${MODE_WORDS[links.mode[l]] || links.mode[l]}${gauge}`;
  }

  border(id) {
    return id.split('-').map((code) => this.country(code)).join('–');
  }

  demand(k) {
    const { demand, cargo } = this.texts;
    return `${cargo.name[demand.cargo[k]]}, ${this.node(demand.from[k])} to ${this.node(demand.to[k])}`;
  }

  labelOf(kind, id, name) {
    if (kind === 'border') return `${this.border(id)} border`;
    if (kind === 'country') return this.country(id);
    if (kind === 'link') return this.link(this.linkOf.get(id));
    if (kind === 'node') return `${name} (${this.country(this.texts.nodes.country[this.nodeOf.get(id)])})`;
    return name || id;
  }

  label(key) {
    const i = this.placeOf.get(key);
    return i === undefined ? key : this.labels[i];
  }

  kind(key) {
    return key.slice(0, key.indexOf(':'));
  }

  id(key) {
    return key.slice(key.indexOf(':') + 1);
  }

  arcs(key) {
    const i = this.placeOf.get(key);
    const { element_start: start, element_arc: arc } = this.arrays;
    return i === undefined ? [] : arc.subarray(start[i], start[i + 1]);
  }

  // Elements whose name has all the words that were typed, the likeliest first.
  search(text, most) {
    const words = plainWords(text).split(' ').filter(Boolean);
    if (!words.length) return [];
    const found = [];
    for (const i of this.order) {
      if (!words.every((word) => this.sought[i].includes(word))) continue;
      const starts = this.sought[i].startsWith(words[0]) ? 0 : 1;
      const exact = this.called[i].includes(words.join(' ')) ? -2 : this.texts.elements.id[i].toLowerCase() === words.join('-') ? -1 : 0;
      found.push([starts + exact, found.length, i]);
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return found.slice(0, most).map(([, , i]) => this.keys[i]);
  }

  // Where the numbers of some rows come from: [{column, ...}], by table and first part of the key.
  sources(table, row) {
    const { texts, arrays } = this;
    const { sources } = texts;
    if (!this.origins) {
      this.origins = new Map();
      const tables = sources.origin_table;
      arrays.origin_table.forEach((t, i) => {
        const whole = sources.origin_row[arrays.origin_row[i]];
        for (const name of new Set([whole, whole.split('/')[0]])) {
          const key = `${tables[t]}/${name}`;
          if (!this.origins.has(key)) this.origins.set(key, []);
          this.origins.get(key).push(i);
        }
      });
    }
    return (this.origins.get(`${table}/${row}`) || []).map((i) => {
      const s = arrays.origin_source[i];
      const of = (name) => sources[`origin_${name}`][arrays[`origin_${name}`][i]];
      return {
        row: of('row'), column: of('column'), confidence: of('confidence'), note: of('note'), asOf: of('as_of'), low: of('low'), high: of('high'),
        publisher: sources.publisher[s], title: sources.title[s], url: sources.url[s], date: sources.date[s],
      };
    });
  }
}

const UNMARKED = { ł: 'l', ı: 'i', ø: 'o', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ß: 'ss' };

// The words of a text in any script, without what stands above, below or through a letter.
function plainWords(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[łıøđðþæœß]/g, (letter) => UNMARKED[letter])
    .replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
