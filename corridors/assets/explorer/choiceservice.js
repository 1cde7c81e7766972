// Answers questions by route choice: what is usual on the day, and what an event makes of it.
const CARRIED = 1e-9;
const OF_WHAT_TRAVELS = 1e-6;

// The share of its demand that each route takes.
const takenShares = ({ routes, point }) => point.flow.map((units, r) => (units > 0 ? units / point.volume[routes.commodity[r]] : 0));

const isSame = (one, other) => one.length === other.length && one.every((x, i) => x === other[i]);

class ChoiceService extends Service {
  constructor(questions) {
    super(questions);
    const { arrays: x, texts, nDemands } = questions;
    this.klass = Int32Array.from(x.demand_class);
    this.ends = { origin: Int32Array.from(x.origin), destination: Int32Array.from(x.destination), klass: this.klass };
    this.loss = Float64Array.from(this.klass, (c) => x.loss_usd[c]);
    this.worth = new Worth(x);
    this.pool = unpackedRoutes(x, questions.nNodes);
    this.corridors = corridorsOf(texts, x);
    this.sailed = sailedArcs(texts, x);
    this.usuals = new Map();
    this.optima = new Map();
    this.nDemands = nDemands;
  }

  // What is usual on a day: routes, the spread of choices and the answer.
  usual(base) {
    const { usual, dispersion } = this.questions.texts.choice;
    const number = usual[base];
    if (number === undefined) throw new Error(`how shippers spread could not be worked out for ${this.questions.texts.states[base].day}`);
    if (!this.usuals.has(number)) {
      const started = performance.now();
      const { arrays: x, nDemands } = this.questions;
      const plain = this.questions.problem(base);
      const [p, settled] = this.roomsOfUsual(base, plain, number);
      const bits = x[`${number}/routes`];
      const routes = routeSet(this.pool.filter((_, r) => (bits[r >> 3] >> (r & 7)) & 1), nDemands);
      const cost = routeSums(p, routes, this.klass, p.cost);
      const least = leastOf(routes, cost, nDemands);
      const [price, weighed] = ["price", "weighed"].map((name) => {
        const usd = new Float64Array(p.nLimits);
        x[`${number}/${name}_limit`].forEach((r, i) => (usd[r] = x[`${number}/${name}_usd`][i]));
        return usd;
      });
      const model = { ...stayingModel(p.wanted, this.loss, spreadByCost(least, dispersion)), weighed };
      const found = this.spread(p, model, routes, price, null);
      const { volume, composite } = found.point;
      // Who falls short in ordinary times stays worth the loss.
      const ordinary = composite.map((c, k) => (p.wanted[k] > 0 && volume[k] >= 0.99 * p.wanted[k] && Number.isFinite(c) ? c : NaN));
      const share = volume.map((units, k) => units / p.wanted[k]);
      this.usuals.set(number, { set: routes, composite, least, ordinary, share, weighed, undisturbed: plain, settled, taken: takenShares(found), ...this.told(this.priced(p, ordinary), found), milliseconds: performance.now() - started });
    }
    return this.usuals.get(number);
  }

  // The problem of an ordinary day with the rooms of couplings that bite on it, and those.
  roomsOfUsual(base, plain, number) {
    const { arrays: x } = this.questions;
    const [at, rooms] = ['fallen', 'room'].map((name) => Array.from(x[`${number}/${name}`] || []));
    if (!at.length) return [plain, undefined];
    const couplings = this.couplings(base);
    const own = at.map((i) => couplings[i]);
    return [this.roomsOf(base, own).at(plain, rooms), { own, rooms }];
  }

  // A problem whose demands have the curves of what they cost as is usual by choice.
  priced(p, ordinary) {
    const { penalty, ordinary: foot, steps } = demandCurves(this.questions.arrays, ordinary);
    return { ...p, penalty, ordinary: foot, nSteps: steps, nCommodities: this.nDemands * steps, amount: amountsOf(p.wanted, steps) };
  }

  // Flows over a set of routes that grows while a missing one would take too much.
  spread(p, model, routes, price, growth) {
    let [own, from, steps] = [routes, price, 0];
    for (;;) {
      const worth = this.worth.sums(own, p.nArcs);
      const { point, steps: more } = pricesOf((sharpness) => new ChoiceDual(p, model, own, this.klass, worth, sharpness), from);
      steps += more;
      const added = growth ? growth.missing(own, point) : [];
      if (!added.length) return { model, routes: own, point, steps };
      own = routeSet([...own.given, ...added], this.nDemands);
      from = point.price;
    }
  }

  told(p, { model, routes, point, steps }) {
    const proof = proveChoice(p, model, { ...this.ends, amount: p.wanted }, routes, point.flow, point.price, this.worth.of);
    if (!proof.ok) throw new Error(`the route choice does not prove itself: gap ${proof.gap}, choice ${proof.choice}, over ${proof.over}, missing ${proof.missing}, on closed ${proof.closedFlow}`);
    const { volume, flow } = point;
    const shortfall = p.wanted.map((units, k) => Math.max(units - volume[k], 0));
    const wanted = p.wanted.map((units, k) => Math.max(units, volume[k]));
    const paths = [];
    // Next to nothing of an amount may be all that fits of it.
    const least = p.wanted.map((units, k) => {
      const amount = Math.max(units, model.most[k]);
      return Math.min(Math.max(OF_WHAT_TRAVELS * volume[k], CARRIED * Math.min(amount, 1)), CARRIED * amount);
    });
    routes.given.forEach(([commodity, arcs], r) => {
      if (flow[r] > least[commodity]) paths.push({ commodity, arcs, amount: flow[r] });
    });
    const answer = { paths, shortfall, wanted, price: point.price, rounds: steps, routes: routes.given };
    return { p, answer, proof, ...totals(this.questions, p, answer) };
  }

  first(s) {
    const { base } = this.questions.texts.states[s];
    if (!this.engines.has(s)) {
      const started = performance.now();
      const plain = s === base ? this.usual(base) : this.disturbed(s, this.questions.asked({ state: s }));
      this.engines.set(s, { ...this.held(s, plain), milliseconds: performance.now() - started });
    }
    return this.engines.get(s);
  }

  found(question) {
    const s = question.state || 0;
    const { close = [], capacity = {}, delay = {}, demand = {} } = question;
    const changed = [capacity, delay, demand].some((own) => Object.keys(own).length);
    if (!close.length && !changed) return this.first(s);
    return this.held(s, this.disturbed(s, this.questions.asked(question)));
  }

  withRooms(s, p) {
    return this.disturbed(s, p);
  }

  // Spreading as shippers do is no program of least cost, so there is none to come near to.
  jointGap() {
    return NaN;
  }

  // A situation: the usual routes that are open, those of the optimum and new ones for demands of
  // which a route that is taken is shut, and whatever prices make worth taking.
  disturbed(s, asked) {
    const { nDemands, klass, questions } = this;
    const usual = this.usual(questions.texts.states[s].base);
    const p = this.priced(asked, usual.ordinary);
    if (this.asUsual(usual.undisturbed, p)) {
      // Hours that nobody pays for move nobody, and are taken all the same.
      return isSame(p.hours, usual.undisturbed.hours) ? usual : { ...usual, ...totals(questions, p, usual.answer) };
    }
    const openCost = openCosts(p);
    const cost = routeSums(p, usual.set, klass, openCost);
    const affected = new Uint8Array(nDemands);
    for (let k = 0; k < nDemands; k++) affected[k] = usual.set.first[k] === usual.set.first[k + 1] ? 1 : 0;
    // What none took is missed by none.
    usual.set.given.forEach(([k], r) => {
      if (cost[r] === Infinity && usual.taken[r] >= MISSING) affected[k] = 1;
    });
    for (let k = 0; k < nDemands; k++) if (!(p.wanted[k] > 0)) affected[k] = 0;
    const given = usual.set.given.filter((_, r) => cost[r] < Infinity);
    // All the rest know the routes that they knew, and those that prices make worth a look: with
    // more, they would spread anew though hardly anything has happened to them.
    if (affected.some((touched) => touched)) {
      for (const { commodity, arcs } of wholeDemands(p, this.optimum(s, usual, p)).paths) if (affected[commodity]) given.push([commodity, Array.from(arcs)]);
    }
    const searches = new Searches(p, this.ends, openCost, this.sailed);
    for (let k = 0; k < nDemands; k++) {
      if (!affected[k]) continue;
      given.push(...dissimilarRoutes(searches, k, klass[k], openCost.slice(klass[k] * p.nArcs, (klass[k] + 1) * p.nArcs), this.corridors));
    }
    const routes = routeSet(given, nDemands);
    const now = leastOf(routes, routeSums(p, routes, klass, p.cost), nDemands);
    const least = usual.least.map((c, k) => (Number.isFinite(c) ? c : now[k]));
    const weighed = pricesFrom(usual.p, usual.weighed, p);
    const staying = { ...stayingModel(p.wanted, this.loss, spreadByCost(least, questions.texts.choice.dispersion)), weighed };
    const model = p.ordinary ? elasticModel(staying, questions.arrays, p.wanted, p.ordinary, usual.share) : staying;
    // What is taken away has no price.
    const price = weighed.map((x, r) => (p.bound[r] > 0 ? x : 0));
    const ordinary = usual.composite.map((usd, k) => (affected[k] || !(usd < Infinity) ? NaN : usd));
    return this.told(p, this.spread(p, model, routes, price, new Growth(searches, p, klass, model, openCost, this.worth, ordinary, openCosts(usual.p))));
  }

  // Whether events have left everything that cargo chooses by as it was.
  asUsual(before, p) {
    return isSame(p.cost, before.cost) && isSame(openCosts(p), openCosts(before)) && isSame(p.wanted, before.wanted) && isSame(p.limit, before.limit) && isSame(p.bound, before.bound);
  }

  // The optimum under the same curves, from an engine that is kept for each state and what couplings limit.
  optimum(s, usual, p) {
    const key = `${s}/${p.rooms || ''}`;
    if (!this.optima.has(key)) {
      const plain = p.rooms ? p : this.priced(this.questions.problem(s), usual.ordinary);
      const engine = new Engine(plain);
      engine.solve(plain);
      this.optima.set(key, engine);
    }
    return this.optima.get(key).solve(p);
  }

  // All routes that could be taken count: what is shut changes the choice of those.
  carried(first) {
    if (!first.carried) {
      first.carried = new Uint8Array(first.p.nArcs);
      for (const [, arcs] of first.answer.routes) for (const a of arcs) first.carried[a] = 1;
    }
    return first.carried;
  }
}
