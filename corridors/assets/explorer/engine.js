// Column generation over paths, kept alive from one question to the next (Ford and Fulkerson
// 1958; Dantzig and Wolfe 1960). Ties are decided by tie cost, then by a rank, as in the
// package: the answer is the one it gives, not just one that costs the same.
const SHORT = 3;
const MAX_ROUNDS = 10000;
const FAILED = 'the simplex method lost its way';

// Numbers between 0 and 1 of which no two small sums are the same: multiples of an irrational
// number (Weyl 1916), bent, or pairs whose places add up to the same would have one sum.
const generic = (count, seed) =>
  Float64Array.from({ length: count }, (_, i) => {
    const part = ((i + 1) * seed) % 1;
    return (2 * part) / (1 + part);
  });

// `problem` has the arcs, commodities and limits of the package in its canonical order. Later
// questions may differ in costs, closed arcs, bounds and amounts.
class Engine {
  constructor(problem) {
    const p = problem;
    this.scale = new Float64Array(p.nLimits);
    for (let e = 0; e < p.memberLimit.length; e++) {
      const r = p.memberLimit[e];
      this.scale[r] = Math.max(this.scale[r], p.memberFactor[e]);
    }
    for (let r = 0; r < p.nLimits; r++) if (this.scale[r] === 0) this.scale[r] = 1;
    this.memberUnit = Float64Array.from(p.memberFactor, (f, e) => f / this.scale[p.memberLimit[e]]);
    this.twins = twinsOf(p);
    const rank = generic(p.nArcs, 0.618033988749895).map((x) => 1 + x);
    const ofCommodity = generic(p.nCommodities, 0.414213562373095).map((x) => 1 + x);
    this.rank = rank;
    this.rankOfCommodity = ofCommodity;
    this.pool = new PathPool(p, this.memberUnit, rank, ofCommodity, ofCommodity.map((x) => SHORT * x));
    this.pricing = new Pricing(p);
    this.basis = new Basis(p.nCommodities, p.nLimits, this.pool.commodity.length);
    // The direction in which the right-hand sides move: limits wider, amounts a little larger.
    this.amountDirection = generic(p.nCommodities, 0.7320508075688772).map((x) => 1e-3 * (1 + x));
    this.boundDirection = generic(p.nLimits, 0.23606797749979).map((x) => 1 + x);
    this.kept = null;
    this.reset();
  }

  reset() {
    this.basis.set(Array.from({ length: this.pool.fixed }, (_, k) => k), [], []);
    this.fresh = true;
  }

  // Keeps the basis as the one to which every later question returns.
  remember() {
    const { basis: b } = this;
    const inverse = [];
    for (let t = 0; t < b.p; t++) inverse.push(b.inverse.slice(t * b.room, t * b.room + b.p));
    this.kept = {
      key: b.key.slice(),
      other: b.other.slice(0, b.p),
      tight: b.tight.slice(0, b.p),
      inverse,
      price: b.price.map((x) => x.slice()),
      sigma: b.sigma.map((x) => x.slice()),
      size: this.pool.size,
    };
  }

  restore() {
    const { basis: b, kept } = this;
    if (!kept) {
      this.reset();
      return;
    }
    b.set(kept.key, kept.other, kept.tight);
    kept.inverse.forEach((line, t) => b.inverse.set(line, t * b.room));
    kept.price.forEach((x, level) => b.price[level].set(x));
    kept.sigma.forEach((x, level) => b.sigma[level].set(x));
    this.fresh = false;
  }

  // Solves a problem that shares this engine's arcs, commodities and members of limits.
  solve(p) {
    const question = this.load(p);
    const starts = this.kept ? [false, true, true] : [true, true];
    for (const afresh of starts) {
      if (afresh) this.reset();
      else this.restore();
      try {
        const rounds = this.climb(question);
        if (!this.kept) this.remember();
        return this.settled(question, rounds);
      } catch (error) {
        if (error.message !== FAILED) throw error;
      }
    }
    throw new Error('no optimum was found, although there is one');
  }

  load(p) {
    const { pool, kept } = this;
    if (kept && pool.size > Math.max(2 * kept.size, kept.size + 500)) {
      pool.shorten(kept.size);
    }
    let total = 0;
    for (const units of p.amount) total += units;
    const bound = Float64Array.from(p.bound, (x, r) => x / this.scale[r]);
    // No flow comes near this; a number instead of infinity keeps warm starts simple.
    for (let r = 0; r < bound.length; r++) if (bound[r] === Infinity) bound[r] = 1e4 * (1 + total);
    const openCost = openCosts(p);
    // Costs are the same arrays from one question to the next, unless something is delayed.
    if (this.cost === p.cost) pool.ban(p, openCost);
    else pool.load(p, openCost);
    this.cost = p.cost;
    this.pricing.p = p;
    this.pricing.aim(p.cost);
    return {
      p,
      openCost,
      amount: [Float64Array.from(p.amount), this.amountDirection],
      bound: [bound, this.boundDirection],
    };
  }

  simplex(question) {
    const { pool, basis: b } = this;
    b.fit(pool.commodity.length);
    if (2 * b.p + 8 > b.room) b.enlarge(4 * b.p + 16);
    const most = 20000 + 20 * pool.fixed;
    for (;;) {
      const code = optimise(pool, b, question.amount, question.bound, this.fresh, most);
      this.fresh = code !== OPTIMAL;
      if (code === OPTIMAL) return;
      if (code === STUCK && b.p >= b.room) {
        b.enlarge(2 * b.room);
        continue;
      }
      throw new Error(FAILED);
    }
  }

  // Generates paths until none is better, by cost, tie cost and rank in turn.
  climb(question) {
    const { p } = question;
    if (this.fresh && this.basis.p === 0) this.greedy(question);
    else this.bypass(question);
    for (let rounds = 1; rounds < MAX_ROUNDS; rounds++) {
      this.simplex(question);
      const weighed = this.weigh(question);
      const { weight, sigma, near } = weighed;
      if (this.pool.add(this.pricing.cheapest(weight, sigma.map((s, k) => s - near[k])), p)) continue;
      if (!this.decideTies(p, weighed)) return rounds;
    }
    throw new Error(FAILED);
  }

  // What arcs cost at the prices, what commodities may pay, and within what hair.
  weigh(question) {
    const { p, openCost } = question;
    const { basis: b } = this;
    const price = b.price[0].map((x) => Math.max(x, 0));
    const sigma = Float64Array.from(p.penalty, (loss, k) => Math.min(b.sigma[0][k], loss));
    const weight = addCharges(openCost.slice(), price, p, this.memberUnit);
    return { weight, sigma, near: sigma.map((s) => TOLERANCE * (1 + Math.abs(s))) };
  }

  // Starts cold from each commodity's cheapest path, as far as there is room.
  greedy(question) {
    const { p } = question;
    const first = this.pool.size;
    const ceiling = Float64Array.from(p.penalty, (loss) => loss - TOLERANCE * (1 + loss));
    this.pool.add(this.pricing.cheapest(question.openCost, ceiling), p);
    this.basis.fit(this.pool.commodity.length);
    fill(this.pool, this.kept ? this.pool.fixed : first, this.basis, question.amount, question.bound);
  }

  // Offers each commodity with a closed path in the basis its cheapest open one.
  bypass(question) {
    const { p } = question;
    const { pool, basis: b } = this;
    const stranded = new Set();
    for (const j of this.basicColumns()) if (pool.banned[j]) stranded.add(pool.commodity[j]);
    if (!stranded.size) return;
    const { weight, near } = this.weigh(question);
    const ceiling = Float64Array.from(p.penalty, (loss, k) => (stranded.has(k) ? loss - near[k] : -1));
    pool.add(this.pricing.cheapest(weight, ceiling), p);
    b.fit(pool.commodity.length);
  }

  basicColumns() {
    const { basis: b } = this;
    return [...b.key, ...b.other.subarray(0, b.p)];
  }

  // Adds paths of equal cost that are better by tie cost or rank; says how many were new.
  decideTies(p, { weight, sigma, near }) {
    const { basis: b, pricing } = this;
    const [charge2, charge3] = [1, 2].map((level) =>
      addCharges(new Float64Array(p.cost.length), b.price[level], p, this.memberUnit),
    );
    const found = [];
    for (const alike of pricing.alike) {
      let reach = 0;
      let beyond = 0;
      for (const k of alike) {
        reach = Math.max(reach, sigma[k] + near[k]);
        beyond = Math.max(beyond, near[k]);
      }
      pricing.settle(alike[0], weight, reach + beyond, beyond);
      let own = null;
      let like = -1;
      for (const k of alike) {
        if (!(pricing.dist[p.destination[k]] <= sigma[k] + near[k])) continue;
        // Steps of one demand mostly have the same slack.
        if (like < 0 || near[like] !== near[k]) own = tightSubgraph(pricing, k, weight, sigma[k] + near[k], near[k]);
        like = k;
        const best = bestTied(p, k, own, this.rank, this.rankOfCommodity[k], charge2, charge3);
        if (!best) continue;
        const sigma2 = b.sigma[1][k];
        const sigma3 = b.sigma[2][k];
        const near2 = TOLERANCE * (1 + Math.abs(sigma2));
        const near3 = TOLERANCE * (1 + Math.abs(sigma3));
        if (
          best.tieCost < sigma2 - near2 ||
          (best.tieCost <= sigma2 + near2 && best.rank < sigma3 - near3)
        ) {
          found.push([k, best.arcs]);
        }
      }
      pricing.unsettle(alike[0]);
    }
    return this.pool.add(found, p);
  }

  // What the last basis answers, after putting it in an order that says nothing of the way here.
  settled(question, rounds) {
    const { p } = question;
    const { pool, basis: b } = this;
    this.putInOrder(question);
    const columns = this.basicColumns();
    const amount = [...b.xKey[0], ...b.xOther[0].subarray(0, b.p)];
    const flows = new Float64Array(p.nCommodities);
    columns.forEach((j, i) => {
      if (j >= pool.fixed) flows[pool.commodity[j]] += Math.abs(amount[i]);
    });
    const shortfall = new Float64Array(p.nCommodities);
    const paths = [];
    columns.forEach((j, i) => {
      const k = pool.commodity[j];
      const wanted = p.amount[k];
      // A demand far above all that flows of it says nothing about the flow.
      const dust = 1e-11 * (1 + Math.min(wanted, flows[k])) + 8 * spacing(wanted);
      if (amount[i] <= Math.min(dust, 1e-11 * (1 + wanted))) return;
      if (j < pool.fixed) shortfall[k] = amount[i];
      else paths.push({ commodity: k, arcs: pool.path(j), amount: amount[i] });
    });
    paths.sort((x, y) => x.commodity - y.commodity || compareArcs(x.arcs, y.arcs));
    const sigma = Float64Array.from(p.penalty, (loss, k) => Math.min(b.sigma[0][k], loss));
    const most = sigma.reduce((found, s) => Math.max(found, s), 0);
    const price = new Float64Array(p.nLimits);
    for (let r = 0; r < p.nLimits; r++) {
      const own = b.price[0][r];
      const loose = b.place[r] >= 0 && own <= TOLERANCE * (1 + most);
      price[r] = loose ? 0 : Math.max(own, 0) / this.scale[r];
    }
    this.share(price, p);
    return { paths, shortfall, price, sigma, rounds, columns: pool.size - pool.fixed };
  }

  putInOrder(question) {
    const { pool, basis: b } = this;
    const own = new Map();
    for (let i = 0; i < b.p; i++) {
      const k = pool.commodity[b.other[i]];
      if (!own.has(k)) own.set(k, []);
      own.get(k).push(i);
    }
    const key = b.key.slice();
    const other = [];
    for (const k of [...own.keys()].sort((x, y) => x - y)) {
      const places = own.get(k);
      let mine = [key[k], ...places.map((i) => b.other[i])];
      if (mine.length > 2) {
        const amounts = [0, 1].map((level) => [b.xKey[level][k], ...places.map((i) => b.xOther[level][i])]);
        mine = this.toldApart(question.p, k, mine, amounts);
      }
      mine.sort((x, y) => (x >= pool.fixed) - (y >= pool.fixed) || compareArcs(pool.path(x), pool.path(y)));
      [key[k]] = mine;
      other.push(...mine.slice(1));
    }
    const tight = b.tight.slice(0, b.p).sort();
    b.fit(pool.commodity.length);
    b.set(key, other, tight);
    this.fresh = true;
    if (!refresh(pool, b, question.amount, question.bound, false)) throw new Error(FAILED);
  }

  // The basic columns of a commodity with its paths split in the one way that its arcs decide.
  toldApart(p, k, mine, amounts) {
    const { pool } = this;
    const held = mine.map((j, i) => i).filter((i) => mine[i] >= pool.fixed);
    if (held.length < 3) return mine;
    const found = splitIntoPaths(
      p, k, held.map((i) => pool.path(mine[i])), held.map((i) => amounts[0][i]),
      held.map((i) => amounts[1][i]), TOLERANCE * (1 + p.amount[k]),
    );
    if (!found) return mine;
    pool.add(found.map((arcs) => [k, arcs]), p);
    const numbers = found.map((arcs) => pool.known.get(`${k}:${arcs.join()}`));
    if (new Set(numbers).size < held.length) return mine;
    return [...mine.filter((j) => j < pool.fixed), ...numbers];
  }

  // Shares the price of limits that say the same between them: only the sum means anything.
  share(price, p) {
    for (const twins of this.twins) {
      const groups = new Map();
      for (const r of twins) {
        if (!groups.has(p.bound[r])) groups.set(p.bound[r], []);
        groups.get(p.bound[r]).push(r);
      }
      for (const limits of groups.values()) {
        const total = limits.reduce((sum, r) => sum + price[r], 0);
        for (const r of limits) price[r] = total / limits.length;
      }
    }
  }
}

function compareArcs(a, b) {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

// The distance from a number to the next larger one.
function spacing(x) {
  return x === 0 ? 5e-324 : 2 ** (Math.floor(Math.log2(Math.abs(x))) - 52);
}

// Limits with the same members, which stand side by side in canonical order.
function twinsOf(p) {
  const text = Array.from({ length: p.nLimits }, () => []);
  for (let e = 0; e < p.memberLimit.length; e++) {
    text[p.memberLimit[e]].push(`${p.memberArc[e]}/${p.memberClass[e]}/${p.memberFactor[e]}`);
  }
  const groups = new Map();
  text.forEach((members, r) => {
    const key = members.join();
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(r);
  });
  return [...groups.values()].filter((own) => own.length > 1);
}

// From the origin follow the arc of lowest number that still carries something; take off what
// the whole path carries; repeat. As many paths as were given, or null.
function splitIntoPaths(p, k, paths, amount, side, near) {
  const own = [...new Set(paths.flatMap((arcs) => [...arcs]))].sort((a, b) => a - b);
  const flow = new Map(own.map((a) => [a, [0, 0]]));
  paths.forEach((arcs, i) => {
    for (const a of arcs) {
      flow.get(a)[0] += amount[i];
      flow.get(a)[1] += side[i];
    }
  });
  const carries = (a) => flow.get(a)[0] > near || (flow.get(a)[0] > -near && flow.get(a)[1] > 1e-9);
  const found = [];
  for (let i = 0; i < paths.length; i++) {
    let node = p.origin[k];
    const path = [];
    while (node !== p.destination[k]) {
      const step = own.find((a) => p.tail[a] === node && carries(a));
      if (step === undefined || path.length >= own.length) return null;
      path.push(step);
      node = p.head[step];
    }
    let least = Infinity;
    for (const a of path) least = Math.min(least, Math.max(flow.get(a)[0], 0));
    let much = Infinity;
    for (const a of path) if (flow.get(a)[0] <= least + near) much = Math.min(much, flow.get(a)[1]);
    for (const a of path) {
      flow.get(a)[0] -= least;
      flow.get(a)[1] -= much;
    }
    found.push(path);
  }
  return own.some(carries) ? null : found;
}
