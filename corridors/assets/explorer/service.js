// Answers questions: in a worker where there may be one, in the page where not.
class Service {
  constructor(questions) {
    this.questions = questions;
    this.engines = new Map();
    this.known = { key: '', found: null };
    this.coupled = new Map();
    this.roomy = new Map();
  }

  // The answer to a state as it is, with the engine that found it.
  first(s) {
    if (!this.engines.has(s)) {
      const p = this.questions.problem(s);
      const started = performance.now();
      const engine = new Engine(p);
      const plain = this.told(p, engine.solve(p));
      this.engines.set(s, { ...this.held(s, plain), engine, plain, milliseconds: performance.now() - started });
    }
    return this.engines.get(s);
  }

  // An answer in which couplings hold too, from the answer without them.
  held(s, plain) {
    // What is usual on the day is found with them.
    if (plain.settled) return plain;
    const settled = settleCouplings(this.couplings(s), plain, (own, rooms) => this.withRooms(s, this.roomsOf(s, own).at(plain.p, rooms)));
    return settled.own.length ? { ...settled.found, settled, plain } : plain;
  }

  couplings(s) {
    if (!this.coupled.has(s)) this.coupled.set(s, couplingsOf(this.questions, s));
    return this.coupled.get(s);
  }

  // The limits of a state with those of some couplings, laid out once.
  roomsOf(s, own) {
    const key = `${s}/${own.map((c) => c.limit).join()}`;
    if (!this.roomy.has(key)) this.roomy.set(key, new Rooms(this.questions, this.questions.problem(s), own));
    return this.roomy.get(key);
  }

  withRooms(s, p) {
    const rooms = this.roomy.get(`${s}/${p.rooms}`);
    rooms.engine = rooms.engine || new Engine(p);
    return this.told(p, rooms.engine.solve(p));
  }

  // How much cheaper it would be at most to carry a by-product also for what falls with it, USD a day.
  jointGap(s, { settled, plain, proof }) {
    const { p, constant } = relaxedCouplings(this.questions, plain.p, settled);
    const bound = prove(p, this.first(s).engine.solve(p)).bound + constant;
    const gap = proof.objective - bound;
    return gap > 10 * NEAR * Math.abs(proof.objective) ? gap : 0;
  }

  // What couplings do to an answer: those that bite, and where it is asked for how near the answer is.
  fallen(s, after, proved) {
    if (!after.settled) return [];
    const gap = proved ? this.jointGap(s, after) : NaN;
    return after.settled.own.map((c, i) => ({
      limit: c.limit,
      ordinary: c.ordinary,
      room: after.settled.rooms[i],
      missing: c.byProduct * Math.max(missingOf(c, after.served), 0),
      wanted: sumOf(c.falls, after.answer.wanted || after.p.wanted),
      price: after.answer.price[after.p.limit.indexOf(c.limit)],
      joint_gap_usd: gap,
    }));
  }

  told(p, answer) {
    const proof = prove(p, answer);
    if (!proof.ok) throw new Error(`the answer does not prove itself: gap ${proof.gap}, balance ${proof.balance}, over ${proof.over}, on closed ${proof.closedFlow}`);
    return { p, answer, proof, ...totals(this.questions, p, wholeDemands(p, answer)) };
  }

  // The answer to a question; the last one asked is remembered.
  answered(question) {
    const key = JSON.stringify([question.state || 0, question.close, question.capacity, question.delay, question.demand]);
    if (this.known.key !== key) this.known = { key, found: this.found(question) };
    return this.known.found;
  }

  found(question) {
    const { close = [], capacity = {}, delay = {}, demand = {} } = question;
    const s = question.state || 0;
    const first = this.first(s);
    const changed = [capacity, delay, demand].some((own) => Object.keys(own).length);
    if (!close.length && !changed) return first;
    const p = this.questions.asked(question);
    if (!changed) {
      // What carries nothing can be shut without a change: the answer is allowed still, and
      // there is less to choose from.
      let carries = false;
      for (let a = 0; !carries && a < p.nArcs; a++) carries = p.closed[a] === 1 && this.carried(first.plain)[a] === 1;
      if (!carries) return this.held(s, this.told(p, first.plain.answer));
    }
    return this.held(s, this.told(p, first.engine.solve(p)));
  }

  carried(first) {
    if (!first.carried) {
      first.carried = new Uint8Array(first.p.nArcs);
      for (const { arcs } of first.answer.paths) for (const a of arcs) first.carried[a] = 1;
    }
    return first.carried;
  }

  // All that the page shows of a question.
  solve(question) {
    const base = this.questions.texts.states[question.state || 0].base;
    const before = this.first(base);
    const first = this.first(question.state || 0);
    const started = performance.now();
    const after = this.answered(question);
    const solved = after === first ? first.milliseconds : performance.now() - started;
    const flow = tonnes(this.questions, after.p, after.proof.flow);
    const flowBefore = tonnes(this.questions, before.p, before.proof.flow);
    const moved = compareTotals(before, after);
    const fallen = this.fallen(question.state || 0, after, true);
    return {
      objective: after.proof.objective,
      gap: after.proof.gap,
      milliseconds: solved,
      missing: after.proof.missing,
      routes: question.routes ? after.answer.routes : undefined,
      rounds: after.answer.rounds,
      before: before.sum,
      after: after.sum,
      change: changeOf(this.questions, before, after, moved),
      demands: {
        wanted: after.wanted,
        short: after.short,
        wanted_before: before.wanted,
        short_before: before.short,
        surplus: after.surplus.map((usd, k) => usd - before.surplus[k]),
        ...moved,
      },
      fallen,
      fallenBefore: this.fallen(base, before, false),
      limits: limitsOf(after),
      limitsBefore: limitsOf(before),
      flow,
      flowBefore,
      closed: after.p.closed,
      closedBefore: before.p.closed,
    };
  }

  // Totals alone, for rankings.
  brief(question) {
    if (this.idle(question)) return { short_t: 0, rerouted_t: 0, usd: 0, damage_usd: 0 };
    const after = this.answered(question);
    const before = this.beforeOf(question);
    const change = changeOf(this.questions, before, after, compareTotals(before, after));
    return {
      short_t: change.shortfall_t_per_day,
      rerouted_t: change.rerouted_t_per_day,
      usd: change.added_transport_usd_per_day,
      damage_usd: change.added_cost_usd_per_day + change.added_loss_usd_per_day,
    };
  }

  // Whether what is shut beyond `instead` carries nothing there, so that nothing changes.
  idle(question) {
    const { instead = [], close = [] } = question;
    const before = this.beforeOf(question);
    const carried = this.carried(before);
    const known = new Set(instead);
    return close.every((key) => known.has(key) || this.questions.arcsOf(key).every((a) => !carried[a]));
  }

  // The answer that a ranking starts from: with `instead` shut.
  beforeOf(question) {
    const key = JSON.stringify([question.state || 0, question.instead, question.capacity, question.delay, question.demand]);
    if (!this.instead || this.instead.key !== key) {
      this.instead = { key, found: this.found({ ...question, close: question.instead || [] }) };
    }
    return this.instead.found;
  }

  // The routes of one demand, before and after.
  routes(question, k) {
    const list = (own) => [...own.routes[k].values()].sort((a, b) => b.t - a.t);
    const base = this.questions.texts.states[question.state || 0].base;
    return { before: list(this.first(base)), after: list(this.answered(question)) };
  }
}

function limitsOf({ p, proof, answer }) {
  return { limit: p.limit, bound: p.bound, amount: p.amountOf, background: p.background, used: proof.used, price: answer.price };
}

// A question with one thing more shut, to be held against the question itself.
function besides(question, key) {
  const close = question.close || [];
  return { ...question, close: [...close, key], instead: close };
}
