// How shippers spread: path-size logit over given routes within hard limits. Its dual has one
// price for each limit, is smooth and convex, and has the room left of each as its gradient.
const GROWTH = 2;

// How far choices spread, inverse, by the least cost of each demand in ordinary times.
const spreadByCost = (least, dispersion) =>
  Float64Array.from(least, (cost) => 1 / (dispersion * Math.max(Number.isFinite(cost) ? cost : 1, 1)));

// Staying at home is one more alternative, at the loss.
function stayingModel(amount, loss, scale) {
  return { scale, most: Float64Array.from(amount), steepness: scale.slice(), middle: loss.slice(), knee: new Uint8Array(scale.length).fill(1) };
}

// Demands that travel whole in ordinary times fall and grow along the curve of their elasticity,
// through what is carried then (`share` of the amount) at the composite cost of then (`foot`).
function elasticModel(model, { elasticity, goods_usd: goods, demand_class: klass }, amount, foot, share) {
  const found = { ...model, most: model.most.slice(), steepness: model.steepness.slice(), middle: model.middle.slice(), knee: model.knee.slice() };
  for (let k = 0; k < klass.length; k++) {
    const own = elasticity[klass[k]];
    if (!(own > 0) || !Number.isFinite(foot[k])) continue;
    found.steepness[k] = own / Math.max(goods[klass[k]] + foot[k], 1) / (1 - GROWTH ** -2);
    found.most[k] = GROWTH * amount[k] * share[k];
    found.middle[k] = foot[k] - Math.log(GROWTH ** 2 - 1) / (2 * found.steepness[k]);
    found.knee[k] = 2;
  }
  return found;
}

// Members of limits by arc, made once for each list of members.
const MEMBERS = new WeakMap();

function membersByArc(p) {
  if (!MEMBERS.has(p.memberArc)) MEMBERS.set(p.memberArc, forwardStar(p.memberArc, p.nArcs));
  return MEMBERS.get(p.memberArc);
}

// Logarithm of each route's path size: the share of its cost on arcs of its own, an arc that n
// routes of the demand use counting a n-th. A route counts by what it costs (`weighed`) beyond the
// best one that uses the arc, so that one that nobody would take changes nothing.
function logSizes(p, routes, klass, scale, weighed) {
  const { commodity, start, arcs, first } = routes;
  const users = new Float64Array(p.nArcs);
  const least = new Float64Array(p.nArcs).fill(Infinity);
  const found = new Float64Array(commodity.length);
  for (let k = 0; k + 1 < first.length; k++) {
    const [begin, end] = [start[first[k]], start[first[k + 1]]];
    const each = (does) => {
      for (let r = first[k]; r < first[k + 1]; r++) for (let e = start[r]; e < start[r + 1]; e++) does(arcs[e], weighed[r]);
    };
    each((a, cost) => (least[a] = Math.min(least[a], cost)));
    each((a, cost) => (users[a] += Math.exp(-scale[k] * (cost - least[a]))));
    for (let r = first[k]; r < first[k + 1]; r++) {
      let whole = 0;
      for (let e = start[r]; e < start[r + 1]; e++) whole += p.cost[klass[k] * p.nArcs + arcs[e]];
      const free = !(whole > 0);
      if (free) whole = start[r + 1] - start[r];
      let own = 0;
      for (let e = start[r]; e < start[r + 1]; e++) own += (free ? 1 : p.cost[klass[k] * p.nArcs + arcs[e]]) / users[arcs[e]];
      found[r] = whole > 0 ? Math.log(own / whole) : 0;
    }
    for (let e = begin; e < end; e++) {
      users[arcs[e]] = 0;
      least[arcs[e]] = Infinity;
    }
  }
  return found;
}

const logOfSum = (x, y) => Math.max(x, y) + Math.log1p(Math.exp(Math.min(x, y) - Math.max(x, y)));

// Share by which each limit is wider than it says: one that lets pass just what wants to costs nothing.
const HAIR = 5e-11;

// The share of its demand that one more route would take: with it the composite cost falls to that of
// both together, at which more travels by the curve.
function shareBeside(model, k, cost, composite, wanted) {
  const scale = model.scale[k];
  const joint = -logOfSum(-scale * composite, -scale * cost) / scale;
  const bend = model.knee[k] * model.steepness[k] * (joint - model.middle[k]);
  const volume = model.most[k] * Math.exp(-logOfSum(0, bend) / model.knee[k]);
  const whole = wanted > 0 ? Math.min(wanted, model.most[k]) : model.most[k];
  return whole > 0 ? (volume * Math.exp(scale * (joint - cost))) / whole : 0;
}

// Members of each limit of a problem, as a text that can be held against others.
const KEYS = new WeakMap();

function limitKeys(p) {
  if (!KEYS.has(p.memberLimit)) {
    const members = Array.from({ length: p.nLimits }, () => []);
    p.memberLimit.forEach((r, e) => members[r].push([p.memberClass[e], p.memberArc[e], p.memberFactor[e]]));
    const order = (x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
    KEYS.set(p.memberLimit, members.map((own) => own.sort(order).join(";")));
  }
  return KEYS.get(p.memberLimit);
}

// What limits cost in ordinary times. Of those with the same members each has the price of the one
// that let as much pass; those that are changed have what is left, by rising bound, and one that is
// new has none.
function pricesFrom(before, price, p) {
  const known = new Map();
  const byBound = (x, y) => x[0] - y[0] || x[1] - y[1];
  limitKeys(before).forEach((key, r) => known.set(key, [...(known.get(key) || []), [before.bound[r], price[r]]]));
  const places = new Map();
  limitKeys(p).forEach((key, r) => {
    if (p.bound[r] < Infinity && (known.get(key) || []).some(([, usd]) => usd > 0)) places.set(key, [...(places.get(key) || []), [p.bound[r], r]]);
  });
  const found = new Float64Array(p.nLimits);
  for (const [key, now] of places) {
    const left = known.get(key).sort(byBound);
    const changed = [];
    for (const [bound, r] of now.sort(byBound)) {
      const same = left.findIndex(([other]) => other === bound);
      if (same < 0) changed.push(r);
      else found[r] = left.splice(same, 1)[0][1];
    }
    changed.slice(0, left.length).forEach((r, i) => (found[r] = left[i][1]));
  }
  return found;
}

// The dual function of a set of routes. `worth` is what counts take off the cost of each route.
class ChoiceDual {
  constructor(p, model, routes, klass, worth, sharpness = 1) {
    this.p = p;
    this.model = model;
    this.routes = routes;
    this.scale = model.scale.map((x) => x * sharpness);
    this.steepness = model.steepness.map((x, k) => (x >= model.scale[k] ? x * sharpness : x));
    const { commodity, start, arcs } = routes;
    const n = commodity.length;
    this.base = new Float64Array(n);
    const { start: ofArc, star } = membersByArc(p);
    const taken = new Float64Array(p.nLimits);
    const seen = new Uint8Array(p.nLimits);
    const termStart = new Int32Array(n + 1);
    const [term, unit] = [[], []];
    for (let r = 0; r < n; r++) {
      const c = klass[commodity[r]];
      const own = [];
      for (let e = start[r]; e < start[r + 1]; e++) {
        const a = arcs[e];
        this.base[r] += p.cost[c * p.nArcs + a];
        for (let m = ofArc[a]; m < ofArc[a + 1]; m++) {
          const i = star[m];
          const limit = p.memberLimit[i];
          if ((p.memberClass[i] >= 0 && p.memberClass[i] !== c) || p.bound[limit] === Infinity) continue;
          if (!seen[limit]) own.push(limit);
          seen[limit] = 1;
          taken[limit] += p.memberFactor[i];
        }
      }
      this.base[r] -= worth[r];
      own.sort((x, y) => x - y);
      for (const limit of own) {
        term.push(limit);
        unit.push(taken[limit]);
        taken[limit] = 0;
        seen[limit] = 0;
      }
      termStart[r + 1] = term.length;
    }
    this.start = termStart;
    this.term = Int32Array.from(term);
    this.unit = Float64Array.from(unit);
    const weighed = this.base.slice();
    for (let r = 0; r < n; r++) for (let e = termStart[r]; e < termStart[r + 1]; e++) weighed[r] += unit[e] * model.weighed[term[e]];
    this.logSize = logSizes(p, routes, klass, model.scale, weighed);
    this.finite = Uint8Array.from(p.bound, (b) => (b === Infinity ? 0 : 1));
    this.wanted = Float64Array.from(p.bound, (b) => (b === Infinity ? 0 : b * (1 + HAIR)));
    this.size = this.wanted.map((b) => Math.max(b, 1e-9));
  }

  // The dual function at prices, with its gradient and the flows.
  at(price) {
    const { base, logSize, start, term, unit, scale, steepness, wanted } = this;
    const { most, middle, knee } = this.model;
    const { first } = this.routes;
    const count = scale.length;
    const [flow, share] = [new Float64Array(base.length), new Float64Array(base.length)];
    const [volume, slope] = [new Float64Array(count), new Float64Array(count)];
    const composite = new Float64Array(count).fill(Infinity);
    const use = new Float64Array(price.length);
    let value = 0;
    for (let k = 0; k < count; k++) {
      const [begin, end] = [first[k], first[k + 1]];
      if (begin === end) continue;
      let best = -Infinity;
      for (let r = begin; r < end; r++) {
        let cost = base[r];
        for (let e = start[r]; e < start[r + 1]; e++) cost += unit[e] * price[term[e]];
        share[r] = logSize[r] - scale[k] * cost;
        if (share[r] > best) best = share[r];
      }
      let whole = 0;
      for (let r = begin; r < end; r++) {
        share[r] = Math.exp(share[r] - best);
        whole += share[r];
      }
      const cost = -(best + Math.log(whole)) / scale[k];
      composite[k] = cost;
      const x = steepness[k] * (cost - middle[k]);
      const sx = knee[k] * x;
      // ln(1 + exp(sx)) and exp(sx) / (1 + exp(sx)), without overflow.
      const less = Math.exp(-Math.abs(sx));
      const soft = Math.max(sx, 0) + Math.log1p(less);
      const falls = sx > 0 ? 1 / (1 + less) : less / (1 + less);
      volume[k] = most[k] * Math.exp(-soft / knee[k]);
      slope[k] = -steepness[k] * volume[k] * falls;
      const small = Math.exp(-Math.abs(x));
      let area = Math.max(-x, 0) + Math.log1p(small);
      if (knee[k] === 2) area = x > 0 ? Math.asinh(small) : -x + Math.log(1 + Math.sqrt(1 + small * small));
      value += (most[k] / steepness[k]) * area;
      for (let r = begin; r < end; r++) {
        share[r] /= whole;
        flow[r] = volume[k] * share[r];
        for (let e = start[r]; e < start[r + 1]; e++) use[term[e]] += unit[e] * flow[r];
      }
    }
    const gradient = new Float64Array(price.length);
    for (let i = 0; i < price.length; i++) {
      gradient[i] = wanted[i] - use[i];
      value += wanted[i] * price[i];
    }
    return { price, value, gradient, flow, share, volume, slope, composite };
  }

  // Second derivatives by the prices that are free, the lower half of a square matrix. Routes
  // of a demand substitute each other, and the demand answers to its composite cost.
  curvature(point, number, nFree) {
    const { start, term, unit, scale } = this;
    const { first } = this.routes;
    const matrix = new Float64Array(nFree * nFree);
    const mean = new Float64Array(nFree);
    const seen = new Uint8Array(nFree);
    for (let k = 0; k < scale.length; k++) {
      const touched = [];
      for (let r = first[k]; r < first[k + 1]; r++) {
        const weight = scale[k] * point.flow[r];
        if (weight === 0) continue;
        for (let e = start[r]; e < start[r + 1]; e++) {
          const i = number[term[e]];
          if (i < 0) continue;
          if (!seen[i]) touched.push(i);
          seen[i] = 1;
          mean[i] += point.share[r] * unit[e];
          // Terms rise, and so do the numbers of the free ones.
          for (let o = start[r]; o <= e; o++) {
            const j = number[term[o]];
            if (j >= 0) matrix[i * nFree + j] += weight * unit[e] * unit[o];
          }
        }
      }
      const rest = scale[k] * point.volume[k] + point.slope[k];
      for (const i of touched) for (const j of touched) if (j <= i) matrix[i * nFree + j] -= rest * mean[i] * mean[j];
      for (const i of touched) {
        mean[i] = 0;
        seen[i] = 0;
      }
    }
    return matrix;
  }

  // The largest change of a route's cost, in units of the spread of choices.
  reach(direction) {
    const { start, term, unit, scale } = this;
    const { first } = this.routes;
    let most = 0;
    for (let k = 0; k < scale.length; k++) {
      for (let r = first[k]; r < first[k + 1]; r++) {
        let change = 0;
        for (let e = start[r]; e < start[r + 1]; e++) change += unit[e] * direction[term[e]];
        most = Math.max(most, Math.abs(change) * scale[k]);
      }
    }
    return most;
  }
}
