// What a question means: the problem of a state with things shut, capacities, delays and
// demand changed. As in scenarios, what is shut is taken away, never made dear.
const [LINK, TRANSFER, ENTRY] = [0, 1, 2];
const PLACES = ['node', 'country', 'chokepoint'];

class Questions {
  constructor({ texts, arrays }) {
    this.texts = texts;
    this.arrays = arrays;
    this.nArcs = arrays.tail.length;
    this.nClasses = arrays.t_per_unit.length;
    this.nDemands = arrays.origin.length;
    this.nNodes = arrays.place_node.length;
    this.elementOf = new Map(texts.elements.id.map((id, i) => [`${texts.elements.kind[i]}:${id}`, i]));
    this.stateOf = new Map(texts.states.map((state, i) => [state.name || state.day, i]));
    this.demandOf = new Map(texts.demand.id.map((id, i) => [id, i]));
    this.classOf = new Map(texts.cargo.id.map((id, i) => [id, i]));
    this.capacities = new Map();
    const [ids, capacities] = texts.limits;
    // What a coupling leaves room for is a limit that is found, and nobody's to move.
    const coupled = new Set(texts.couplings.limit);
    ids.forEach((id, i) => {
      if (coupled.has(i)) return;
      for (const name of new Set([id, capacities[i]])) {
        if (!name) continue;
        if (!this.capacities.has(name)) this.capacities.set(name, []);
        this.capacities.get(name).push(i);
      }
    });
    this.problems = new Map();
  }

  bits(name) {
    const packed = this.arrays[name];
    return Uint8Array.from({ length: this.nArcs }, (_, a) => (packed[a >> 3] >> (a & 7)) & 1);
  }

  // Arcs of an element: of all that there ever is.
  arcsOf(key) {
    let i = this.elementOf.get(key);
    if (i === undefined && key.startsWith('border:')) {
      i = this.elementOf.get(`border:${key.slice(7).split('-').sort().join('-')}`);
    }
    if (i === undefined) throw new Error(`there is no ${JSON.stringify(key)}; expected a kind and an id such as border:BY-PL`);
    return this.arrays.element_arc.subarray(this.arrays.element_start[i], this.arrays.element_start[i + 1]);
  }

  // The problem of a state, undisturbed by the reader.
  problem(s) {
    if (!this.problems.has(s)) this.problems.set(s, this.build(s));
    return this.problems.get(s);
  }

  build(s) {
    const { arrays: x, nArcs, nClasses } = this;
    const of = (name) => x[`${s}/${name}`];
    const whole = nArcs * nClasses;
    const columns = x.usd.length / nClasses;
    const usd = new Float64Array(whole);
    const hours = new Float64Array(whole);
    for (let c = 0; c < nClasses; c++) {
      for (let a = 0; a < nArcs; a++) {
        usd[c * nArcs + a] = x.usd[c * columns + x.cost_column[a]];
        hours[c * nArcs + a] = x.hours[c * columns + x.cost_column[a]];
      }
    }
    of('cost_arc').forEach((a, i) => {
      const at = of('cost_class')[i] * nArcs + a;
      usd[at] = of('cost_usd')[i];
      hours[at] = of('cost_hours')[i];
    });
    // What is paid to sellers above the best of their market is in the costs, and told apart.
    const premium = new Float64Array(whole);
    (of('premium_arc') || []).forEach((a, i) => {
      premium[of('premium_class')[i] * nArcs + a] = of('premium_usd')[i];
    });
    const limit = of('limit');
    const base = this.texts.states[s].base;
    const { penalty, ordinary, steps } = demandCurves(x, x[`${base}/ordinary`]);
    const wanted = Float64Array.from(of('demand'));
    let members = 0;
    for (const l of limit) members += x.member_start[l + 1] - x.member_start[l];
    const p = {
      nNodes: this.nNodes,
      nArcs,
      nClasses,
      nDemands: this.nDemands,
      nSteps: steps,
      nCommodities: this.nDemands * steps,
      nLimits: limit.length,
      tail: Int32Array.from(x.tail),
      head: Int32Array.from(x.head),
      origin: repeated(Int32Array.from(x.origin), steps),
      destination: repeated(Int32Array.from(x.destination), steps),
      klass: repeated(Int32Array.from(x.demand_class), steps),
      penalty,
      ordinary,
      wanted,
      amount: amountsOf(wanted, steps),
      bound: Float64Array.from(of('bound')),
      closed: this.bits(`${s}/closed`),
      there: this.bits(`${s}/there`),
      usd,
      hours,
      premium,
      limit,
      amountOf: of('amount'),
      background: of('background'),
      memberLimit: new Int32Array(members),
      memberArc: new Int32Array(members),
      memberClass: new Int32Array(members),
      memberFactor: new Float64Array(members),
    };
    let e = 0;
    limit.forEach((l, r) => {
      for (let m = x.member_start[l]; m < x.member_start[l + 1]; m++, e++) {
        p.memberLimit[e] = r;
        p.memberArc[e] = x.member_arc[m];
        p.memberClass[e] = x.member_class[m];
        p.memberFactor[e] = x.factors[x.member_factor[m]];
      }
    });
    return this.priced(p);
  }

  // Fills the generalised cost, and the hours weighted by tonnes that decide ties.
  priced(p) {
    const { arrays: x, nArcs, nClasses } = this;
    p.cost = new Float64Array(p.usd.length);
    p.tie = new Float64Array(p.usd.length);
    for (let c = 0; c < nClasses; c++) {
      for (let i = c * nArcs; i < (c + 1) * nArcs; i++) {
        p.cost[i] = p.usd[i] + x.usd_per_hour[c] * p.hours[i];
        p.tie[i] = x.t_per_unit[c] * p.hours[i];
      }
    }
    return p;
  }

  // The problem that a question is about: {state, close, capacity, delay, demand}.
  asked(question) {
    const plain = this.problem(question.state || 0);
    const p = { ...plain };
    const { close = [], capacity = {}, delay = {}, demand = {} } = question;
    // A limit to nothing is a closure of all that it counts, as in a scenario.
    const none = Object.keys(capacity).filter((id) => capacity[id] === 0 && this.elementOf.has(`capacity:${id}`));
    const shut = [...close, ...none.map((id) => `capacity:${id}`)];
    if (shut.length) {
      p.closed = plain.closed.slice();
      for (const key of shut) for (const a of this.arcsOf(key)) p.closed[a] = 1;
    }
    if (Object.keys(capacity).length) {
      p.bound = plain.bound.slice();
      p.amountOf = Float64Array.from(plain.amountOf);
      p.background = Float64Array.from(plain.background);
      const place = new Map(Array.from(plain.limit, (l, r) => [l, r]));
      for (const [id, factor] of Object.entries(capacity)) {
        if (!this.capacities.has(id)) throw new Error(`there is no capacity ${JSON.stringify(id)}`);
        checked(factor, `the factor of ${id}`);
        for (const l of this.capacities.get(id)) {
          const r = place.get(l);
          if (r === undefined) continue;
          for (const values of [p.bound, p.amountOf, p.background]) values[r] *= factor;
        }
      }
    }
    if (Object.keys(demand).length) {
      p.wanted = plain.wanted.slice();
      for (const [which, factor] of Object.entries(demand)) {
        checked(factor, `the factor of ${which}`);
        for (const k of this.demandsOf(which)) p.wanted[k] *= factor;
      }
      p.amount = amountsOf(p.wanted, p.nSteps);
    }
    if (Object.keys(delay).length) {
      p.hours = plain.hours.slice();
      for (const [key, hours] of Object.entries(delay)) {
        checked(hours, `the delay of ${key}`);
        for (const a of this.feltOn(key, plain)) {
          for (let c = 0; c < this.nClasses; c++) p.hours[c * this.nArcs + a] += hours;
        }
      }
      this.priced(p);
    }
    return p;
  }

  demandsOf(which) {
    const every = Array.from({ length: this.nDemands }, (_, k) => k);
    if (which === 'all') return every;
    const [kind, id] = [which.slice(0, which.indexOf(':')), which.slice(which.indexOf(':') + 1)];
    if (kind === 'cargo' && this.classOf.has(id)) {
      return every.filter((k) => this.arrays.demand_class[k] === this.classOf.get(id));
    }
    if (kind === 'demand' && this.demandOf.has(id)) return [this.demandOf.get(id)];
    throw new Error(`there is no demand ${JSON.stringify(which)}; expected all, cargo:ID or demand:ID`);
  }

  // Arcs on which a delay of an element is felt. A place is felt where cargo comes in: on the
  // link that enters it, or that crosses it between two nodes outside; of links in series the
  // first. Of a place some of whose links are selected, it is felt where those begin, or where
  // they lead out if nothing of them leads in. What else is used is felt each time it is used.
  feltOn(key, p) {
    const { arrays: x, nArcs } = this;
    const there = p.there;
    const own = Array.from(this.arcsOf(key)).filter((a) => there[a]);
    const links = own.filter((a) => x.arc_type[a] === LINK);
    if (!PLACES.includes(key.slice(0, key.indexOf(':'))) || !links.length) return own;
    const i = this.elementOf.get(key);
    const nodes = new Set(x.inside_node.subarray(x.inside_start[i], x.inside_start[i + 1]));
    const neighbours = new Map();
    const meet = (a, b) => {
      if (!neighbours.has(a)) neighbours.set(a, new Set());
      neighbours.get(a).add(b);
    };
    for (const a of links) {
      const [start, end] = [x.place_node[x.tail[a]], x.place_node[x.head[a]]];
      meet(start, end);
      meet(end, start);
    }
    const joint = (place) => (neighbours.get(x.place_node[place]) || new Set()).size > 1;
    const inside = (place) => nodes.has(x.place_node[place]);
    const chosen = new Set(own);
    const rows = new Set(links.map((a) => x.arc_row[a]));
    // Ends of the selection are reached, and where other links lead, with all transfers from there.
    const reached = Uint8Array.from({ length: this.nNodes }, (_, place) => (joint(place) ? 0 : 1));
    const changes = [];
    for (let a = 0; a < nArcs; a++) {
      if (!there[a] || chosen.has(a)) continue;
      if (x.arc_type[a] === LINK && !rows.has(x.arc_row[a])) reached[x.head[a]] = 1;
      if (x.arc_type[a] === TRANSFER) changes.push(a);
    }
    for (let moved = true; moved; ) {
      moved = false;
      for (const a of changes) {
        if (reached[x.tail[a]] && !reached[x.head[a]]) {
          reached[x.head[a]] = 1;
          moved = true;
        }
      }
    }
    const outside = (place) => reached[place] === 1 && !inside(place);
    // Who comes into the place on what is not selected feels the selection where it begins.
    const amid = new Set(links.flatMap((a) => [x.tail[a], x.head[a]]));
    const beside = [];
    for (let a = 0; a < nArcs; a++) {
      if (!there[a] || chosen.has(a) || !inside(x.head[a])) continue;
      if (x.arc_type[a] === TRANSFER || (x.arc_type[a] === LINK && !rows.has(x.arc_row[a]))) beside.push(a);
    }
    const came = new Uint8Array(this.nNodes);
    for (let moved = true; moved; ) {
      moved = false;
      for (const a of beside) {
        if (!came[x.head[a]] && (came[x.tail[a]] || !inside(x.tail[a]))) {
          came[x.head[a]] = 1;
          moved = true;
        }
      }
    }
    const begins = (place) => came[place] === 1 && !(joint(place) && amid.has(place));
    let felt = own.filter((a) => outside(x.tail[a]) || (begins(x.tail[a]) && inside(x.head[a])));
    if (!felt.length) felt = links.filter((a) => !inside(x.head[a]));
    for (let a = 0; a < nArcs; a++) {
      if (x.arc_type[a] !== ENTRY || chosen.has(a)) continue;
      const place = x.head[a];
      if (joint(place) && !outside(place) && !inside(place)) felt.push(a);
    }
    return felt;
  }
}

function checked(value, what) {
  if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value)) {
    throw new Error(`${what}: saw ${value}, expected a number of at least 0`);
  }
}
