// The routes that cargo is offered: those that are usual on a day, and where something has
// changed dissimilar ones and what grows from the prices, as in the package.
const DEARER = 1.4;
const DISSIMILAR = 12;
const ASIDE = 2;
const MISSING = 1e-3;
const WORTH = 0.999 * MISSING;
const NEARLY = 0.2 * MISSING;
const STILL = 0.05;
const NOWHERE = 1e300;
// Relative difference of lengths up to which paths are the same to the last digits of prices.
const SAME = 1e-9;
const GRAIN_BITS = 32;
// What a leg by sea costs at most, as a multiple of the cheapest way by sea between its ports.
const STRETCH = 1.25 * (1 + 1e-9);

// Unpacks the routes of all days: [demand, arcs] each, in the order of demands and arcs.
function unpackedRoutes({ route_count: count, route_shared: shared, route_turn: turn, tail, head, origin, destination }, nNodes) {
  const { start, star } = forwardStar(tail, nNodes);
  const found = [];
  let t = 0;
  count.forEach((many, k) => {
    let before = [];
    for (let i = 0; i < many; i++) {
      const arcs = before.slice(0, shared[found.length]);
      let node = arcs.length ? head[arcs[arcs.length - 1]] : origin[k];
      while (node !== destination[k]) {
        const a = star[start[node] + turn[t++]];
        arcs.push(a);
        node = head[a];
      }
      found.push([k, arcs]);
      before = arcs;
    }
  });
  return found;
}

const keyOf = ([k, arcs]) => `${k}:${arcs.join()}`;

// Routes as arrays, each once, in one order whatever the order given.
function routeSet(given, nDemands) {
  const own = [...new Map(given.map((route) => [keyOf(route), route])).values()];
  own.sort((x, y) => x[0] - y[0] || compareArcs(x[1], y[1]));
  const start = new Int32Array(own.length + 1);
  own.forEach(([, arcs], r) => (start[r + 1] = start[r] + arcs.length));
  const first = new Int32Array(nDemands + 1);
  for (const [k] of own) first[k + 1]++;
  for (let k = 0; k < nDemands; k++) first[k + 1] += first[k];
  const arcs = new Int32Array(start[own.length]);
  own.forEach((route, r) => arcs.set(route[1], start[r]));
  return { given: own, commodity: Int32Array.from(own, ([k]) => k), start, first, arcs };
}

// Sums over the arcs of each route of weights by class and arc.
function routeSums(p, { commodity, start, arcs }, klass, weight) {
  return Float64Array.from(commodity, (k, r) => {
    let sum = 0;
    for (let e = start[r]; e < start[r + 1]; e++) sum += weight[klass[k] * p.nArcs + arcs[e]];
    return sum;
  });
}

function leastOf({ commodity }, cost, nDemands) {
  const found = new Float64Array(nDemands).fill(Infinity);
  commodity.forEach((k, r) => (found[k] = Math.min(found[k], cost[r])));
  return found;
}

// Shortest paths of demands, each under weights of its own.
class Searches extends Pricing {
  constructor(p, demands, openCost, sailed) {
    super({ ...p, ...demands, nCommodities: demands.origin.length, cost: openCost });
    this.bounds = this.togo;
    this.sailed = sailed;
    this.bySea = openCost.map((usd, i) => (sailed[i % p.nArcs] ? usd : Infinity));
    this.fromPort = new Map();
    // A search reads the weights of one demand, not of a class.
    this.p = { ...this.p, klass: new Int32Array(demands.origin.length) };
  }

  // `raised`: no weight is below the open cost, so that its distances bound the rest.
  path(k, weight, raised) {
    this.togo = raised ? this.bounds : null;
    this.settle(k, weight, Infinity, -1);
    const { p } = this;
    let node = p.destination[k];
    let arcs = null;
    if (this.done[node] === 2 && this.dist[node] < Infinity) {
      arcs = [];
      while (node !== p.origin[k]) {
        arcs.push(this.pred[node]);
        node = p.tail[this.pred[node]];
      }
      arcs.reverse();
    }
    this.unsettle(k);
    return arcs;
  }
}

// Whether a ship would go far about on none of a path's legs by sea, which are what it sails over
// several links without a stop: cargo chooses its ports, the way between them the ship.
function withoutDetours(searches, c, arcs) {
  const { p, sailed, bySea, fromPort } = searches;
  for (let i = 0; i < arcs.length; i++) {
    if (!sailed[arcs[i]]) continue;
    const port = p.tail[arcs[i]];
    const begin = i;
    let cost = 0;
    for (; i < arcs.length && sailed[arcs[i]]; i++) cost += bySea[c * p.nArcs + arcs[i]];
    if (i === begin + 1) continue;
    const key = `${c}/${port}`;
    if (!fromPort.has(key)) fromPort.set(key, distancesFrom(searches.out, p.head, bySea.subarray(c * p.nArcs, (c + 1) * p.nArcs), port, p.nNodes));
    if (cost > STRETCH * fromPort.get(key)[p.head[arcs[i - 1]]]) return false;
  }
  return true;
}

// Routes of a demand that differ: after each the arcs of those found are made dearer (de la
// Barra, Perez and Anez 1993), and for each corridor the one that keeps to it where it can.
function dissimilarRoutes(searches, k, c, cost, corridors) {
  const found = [];
  const weight = cost.slice();
  for (let i = 0; i < DISSIMILAR; i++) {
    const arcs = searches.path(k, weight, true);
    if (!arcs) return [];
    for (const a of arcs) weight[a] *= DEARER;
    found.push([k, arcs]);
  }
  for (const mask of corridors) {
    const arcs = searches.path(k, cost.map((x, a) => (mask[a] === 2 ? x * ASIDE : x)), true);
    if (arcs) found.push([k, arcs]);
  }
  return found.filter(([, arcs]) => withoutDetours(searches, c, arcs));
}

// Which arcs are links by sea.
const sailedArcs = (texts, arrays) => Uint8Array.from(arrays.arc_type, (kind, a) => (kind === LINK && texts.links.mode[arrays.arc_row[a]] === 'sea' ? 1 : 0));

// For each corridor a mask of the arcs: 1 its own, 2 of another, 0 of none.
function corridorsOf(texts, arrays) {
  const label = Array.from(arrays.arc_type, (kind, a) => (kind === LINK ? texts.links.corridor[arrays.arc_row[a]] : ''));
  const names = [...new Set(label)].filter(Boolean).sort();
  return names.map((name) => Uint8Array.from(label, (own) => (own === name ? 1 : own ? 2 : 0)));
}

// The distance of every node from one, or to one if the star is of what comes in.
function distancesFrom({ start, star }, ends, weight, from, nNodes) {
  const dist = new Float64Array(nNodes).fill(Infinity);
  const heap = new Heap(ends.length + 2);
  dist[from] = 0;
  heap.push(0, from);
  while (heap.size > 0) {
    const node = heap.pop();
    const key = heap.key;
    if (key > dist[node]) continue;
    for (let s = start[node]; s < start[node + 1]; s++) {
      const far = key + weight[star[s]];
      if (far < dist[ends[star[s]]]) {
        dist[ends[star[s]]] = far;
        heap.push(far, ends[star[s]]);
      }
    }
  }
  return dist;
}

// Adds paths to a set for as long as one would take too much at the prices. `ordinary` is the
// composite cost in ordinary times of demands whose routes are those of then, NaN of others: as
// long as it hardly changes, paths beside the routes are not looked for. `before` has the open
// costs of then: to whom what has opened or become cheaper offers a way, looks for it too.
class Growth {
  constructor(searches, p, klass, model, openCost, worth, ordinary, before) {
    Object.assign(this, { searches, p, klass, model, openCost, worth, ordinary: Float64Array.from(ordinary), foot: Float64Array.from(ordinary), before });
    this.level = Float64Array.from(ordinary);
    this.found = Uint8Array.from(ordinary, Number.isNaN);
    let dearest = 1;
    for (const usd of openCost) if (usd < Infinity && usd > dearest) dearest = usd;
    let power = Math.floor(Math.log2(dearest));
    if (2 ** power > dearest) power -= 1;
    if (2 ** (power + 1) <= dearest) power += 1;
    this.grain = 2 ** (power - GRAIN_BITS);
  }

  // Sums of multiples of a power of two are exact: which of two paths that are worth the same is
  // found does not hang on the last digits of prices.
  rounded(weight) {
    return weight.map((usd) => Math.ceil(usd / this.grain) * this.grain);
  }

  // Who is offered a way by arcs that have opened or are cheaper, and the ways: the best one through
  // any of them that no route of its own uses would be taken now by a share that counts, and would
  // not have been at the costs of then.
  offered(routes, point) {
    const { p, klass, model, worth, openCost, before, foot } = this;
    const cheaper = Array.from({ length: p.nClasses }, (_, c) => Array.from({ length: p.nArcs }, (_unused, a) => a).filter((a) => openCost[c * p.nArcs + a] < before[c * p.nArcs + a]));
    const meant = Array.from(foot, (_, k) => k).filter((k) => cheaper[klass[k]].length && model.most[k] > 0 && foot[k] < Infinity);
    const unused = new Map(meant.map((k) => {
      const used = new Set(routes.arcs.subarray(routes.start[routes.first[k]], routes.start[routes.first[k + 1]]));
      return [k, cheaper[klass[k]].filter((a) => !used.has(a))];
    }));
    const { into, out } = this.searches;
    const [now, then] = [[openCost, point.price], [before, model.weighed]].map(([cost, price]) => {
      const weight = addCharges(cost.slice(), price, p, p.memberFactor);
      const known = new Map();
      const spread = (k, way, node, own) => {
        const key = `${way}/${node}/${worth.of[k].length ? `of ${k}` : klass[k]}`;
        if (!known.has(key)) known.set(key, way ? distancesFrom(out, p.head, own, node, p.nNodes) : distancesFrom(into, p.tail, own, node, p.nNodes));
        return known.get(key);
      };
      return (k) => {
        const listed = weight.slice(klass[k] * p.nArcs, (klass[k] + 1) * p.nArcs);
        worth.takeOff(listed, k);
        const own = this.rounded(listed);
        const [since, onward] = [spread(k, 1, this.searches.p.origin[k], own), spread(k, 0, this.searches.p.destination[k], own)];
        let [least, by] = [Infinity, -1];
        for (const a of unused.get(k)) {
          const cost = since[p.tail[a]] + own[a] + onward[p.head[a]];
          if (cost < least) [least, by] = [cost, a];
        }
        return { by, own, since, onward, worthIt: shareBeside(model, k, least, foot[k], p.wanted[k]) > WORTH };
      };
    });
    const who = [];
    const ways = [];
    for (const k of meant) {
      const found = now(k);
      if (!found.worthIt || then(k).worthIt) continue;
      who.push(k);
      const arcs = this.wayThrough(k, found);
      if (arcs) ways.push([k, arcs]);
    }
    return [who, ways];
  }

  // The path that goes through an arc; null where it passes a node twice.
  wayThrough(k, { by, own, since, onward }) {
    const { p, searches } = this;
    const walk = (distance, from, goal, { start, star }, ends) => {
      const found = [];
      const passed = new Set([from]);
      let node = from;
      while (node !== goal) {
        let next = -1;
        for (let s = start[node]; s < start[node + 1] && next < 0; s++) {
          const a = star[s];
          if (!passed.has(ends[a]) && distance[ends[a]] + own[a] === distance[node]) next = a;
        }
        if (next < 0) return null;
        found.push(next);
        node = ends[next];
        passed.add(node);
      }
      return found;
    };
    const begin = walk(since, p.tail[by], searches.p.origin[k], searches.into, p.tail);
    const end = walk(onward, p.head[by], searches.p.destination[k], searches.out, p.head);
    if (!begin || !end) return null;
    const arcs = [...begin.reverse(), by, ...end];
    return new Set([p.tail[arcs[0]], ...arcs.map((a) => p.head[a])]).size === arcs.length + 1 ? arcs : null;
  }

  missing(routes, point) {
    const { model, level } = this;
    let opened = new Map();
    if (this.before) {
      const [who, ways] = this.offered(routes, point);
      for (const k of who) {
        this.found[k] = 1;
        this.ordinary[k] = NaN;
      }
      opened = new Map(ways);
      if (!who.length) this.before = null;
    }
    // A demand without any route stays where it is.
    const now = point.composite.map((c) => (c < Infinity ? c : NOWHERE));
    const some = Array.from(now, (_, k) => k).filter((k) => model.most[k] > 0);
    const away = (k, from) => !(Math.abs(now[k] - from[k]) * model.scale[k] <= STILL);
    const moved = new Set(some.filter((k) => this.found[k] || away(k, level)));
    const stirred = new Set(some.filter((k) => away(k, this.ordinary)));
    for (const which of [some.filter((k) => moved.has(k)), some.filter((k) => !moved.has(k))]) {
      if (!which.length) continue;
      const added = this.search(routes, point, which, stirred, opened);
      for (const k of which) {
        level[k] = now[k];
        this.found[k] = 0;
      }
      for (const [k] of added) this.found[k] = 1;
      if (added.length) return added;
    }
    return [];
  }

  search(routes, point, which, stirred, opened) {
    const { p, klass, model, worth } = this;
    const weight = addCharges(this.openCost.slice(), point.price, p, p.memberFactor);
    const known = new Set(routes.given.map(keyOf));
    const found = new Map();
    let enough = false;
    const ordinary = addCharges(this.openCost.slice(), model.weighed, p, p.memberFactor);
    for (const k of which) {
      const own = weight.slice(klass[k] * p.nArcs, (klass[k] + 1) * p.nArcs);
      worth.takeOff(own, k);
      const dearer = own.slice();
      const [begin, end] = [routes.start[routes.first[k]], routes.start[routes.first[k + 1]]];
      for (let e = begin; e < end; e++) dearer[routes.arcs[e]] = DEARER * own[routes.arcs[e]];
      const offers = [[this.path(k, own, null), false]];
      if (opened.has(k)) offers.push([opened.get(k), true]);
      if (stirred.has(k)) offers.push([this.path(k, own, dearer), true]);
      for (const [arcs, beside] of offers) {
        if (!arcs || known.has(keyOf([k, arcs])) || found.has(keyOf([k, arcs]))) continue;
        let length = 0;
        for (const a of arcs) length += own[a];
        const cost = length - (beside ? this.logSize(k, arcs, routes, ordinary) / model.scale[k] : 0);
        const share = shareBeside(model, k, cost, point.composite[k], p.wanted[k]);
        if (!(share > NEARLY)) continue;
        found.set(keyOf([k, arcs]), [k, arcs]);
        enough = enough || share > WORTH;
      }
    }
    return enough ? [...found.values()] : [];
  }

  // The shortest path where the arcs of the routes are dearer, or the cheapest, of those that cost
  // the same always one: rounding decides where costs are the same to the last digits, nowhere else.
  path(k, own, dearer) {
    const { searches, worth } = this;
    if (dearer) {
      const beside = searches.path(k, this.rounded(dearer), worth.none);
      return beside && withoutDetours(searches, this.klass[k], beside) ? beside : null;
    }
    const costOf = (arcs) => arcs.reduce((sum, a) => sum + own[a], 0);
    const [arcs, exact] = [searches.path(k, this.rounded(own), false), searches.path(k, own, false)];
    if (!arcs) return arcs;
    const cost = costOf(arcs);
    return costOf(exact) < cost - 0.5 * SAME * (1 + Math.abs(cost)) ? exact : arcs;
  }

  // The path size that a path would have in the set, overlaps weighed at ordinary prices.
  logSize(k, arcs, routes, ordinary) {
    const { p, klass, openCost, model, worth } = this;
    const from = klass[k] * p.nArcs;
    const off = worth.byArc(k);
    const costOf = (path) => path.reduce((sum, a) => sum + ordinary[from + a] - (off.get(a) || 0), 0);
    const mine = costOf(arcs);
    const users = new Map(arcs.map((a) => [a, [mine]]));
    for (let r = routes.first[k]; r < routes.first[k + 1]; r++) {
      const path = Array.from(routes.arcs.subarray(routes.start[r], routes.start[r + 1]));
      const cost = costOf(path);
      for (const a of path) if (users.has(a)) users.get(a).push(cost);
    }
    let [whole, own] = [0, 0];
    for (const a of arcs) {
      const cost = openCost[from + a];
      const least = Math.min(...users.get(a));
      whole += cost;
      own += cost / users.get(a).reduce((sum, other) => sum + Math.exp(-model.scale[k] * (other - least)), 0);
    }
    return whole > 0 ? Math.log(own / whole) : 0;
  }
}

// What counts take off the cost of a unit, by arc, class and demand.
class Worth {
  constructor({ worth_arc: arc, worth_class: cargo, worth_demand: demand, worth_usd: usd, demand_class: klass }) {
    this.of = Array.from(klass, () => []);
    const ofClass = new Map();
    klass.forEach((c, k) => ofClass.set(c, [...(ofClass.get(c) || []), k]));
    usd.forEach((value, i) => {
      const meant = demand[i] < 0 ? ofClass.get(cargo[i]) || [] : klass[demand[i]] === cargo[i] ? [demand[i]] : [];
      for (const k of meant) this.of[k].push([arc[i], value]);
    });
    this.none = usd.every((value) => value <= 0);
  }

  // No weight is below 0: a multiplier may be worth more than the arc that it stands on.
  takeOff(weight, k) {
    for (const [a, usd] of this.of[k]) weight[a] -= usd;
    for (const [a] of this.of[k]) weight[a] = Math.max(weight[a], 0);
  }

  // Of one demand.
  byArc(k) {
    const off = new Map();
    for (const [a, usd] of this.of[k]) off.set(a, (off.get(a) || 0) + usd);
    return off;
  }

  // Of each route of a set.
  sums({ commodity, start, arcs }, nArcs) {
    const own = new Float64Array(nArcs);
    const found = new Float64Array(commodity.length);
    let last = -1;
    commodity.forEach((k, r) => {
      if (k !== last) {
        own.fill(0);
        for (const [a, usd] of this.of[k]) own[a] += usd;
        last = k;
      }
      for (let e = start[r]; e < start[r + 1]; e++) found[r] += own[arcs[e]];
    });
    return found;
  }
}
