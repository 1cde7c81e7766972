// What falls because something else has no outlet: oil of a field whose gas cannot leave. As in the
// package it is found by turns: without couplings, then with each that bites as a limit at its
// room, until the room is that of what the by-product does under it.
const NEAR = 1e-9;
// As any limit, a rule may be missed by this share of what is ordinary.
const HARDLY = 1e-6;
const TURNS = 60;
const PLAIN_TURNS = 3;

// The couplings of a state, in the order in which the engine sees their limits.
function couplingsOf({ arrays: x }, s) {
  const told = x[`${s}/couplings`] || [];
  const found = [];
  for (let i = 0; i < told.length; i += 7 + told[i + 5] + told[i + 6]) {
    const [limit, before, share, ordinary, byProduct, count, falling] = told.slice(i, i + 7);
    const [hangsOn, falls] = [told.slice(i + 7, i + 7 + count), told.slice(i + 7 + count, i + 7 + count + falling)];
    found.push({ limit, before, share, ordinary, byProduct, hangsOn, falls });
  }
  return found;
}

const sumOf = (demands, served) => Array.from(demands).reduce((sum, k) => sum + served[k], 0);

// The part of a by-product that is not delivered, by units served of each demand; below 0 where
// more is than is ordinary.
function missingOf({ hangsOn, byProduct }, served) {
  const part = 1 - sumOf(hangsOn, served) / byProduct;
  return Math.abs(part) > NEAR ? Math.min(part, 1) : 0;
}

// The units a day of what falls that can leave.
const roomOf = (c, served) => c.ordinary * (1 - c.share * missingOf(c, served));

// Whether the rule has a say in an answer that was found without it: less of the by-product is
// delivered than is ordinary, or more leaves than there is room for.
const biting = (c, served) => missingOf(c, served) > HARDLY || sumOf(c.falls, served) - roomOf(c, served) > HARDLY * c.ordinary;

// Lays out a problem with a limit for each coupling, where the engine sees it; the rooms come later.
class Rooms {
  constructor({ arrays: x }, p, own) {
    this.own = own;
    this.name = own.map((c) => c.limit).join();
    this.count = p.nLimits + own.length;
    this.place = own.map((c, i) => c.before + i);
    const taken = new Set(this.place);
    this.plain = Array.from({ length: this.count }, (_, r) => r).filter((r) => !taken.has(r));
    const parts = own.map((c) => [x.member_start[c.limit], x.member_start[c.limit + 1]]);
    const more = parts.reduce((sum, [start, end]) => sum + end - start, 0);
    const longer = (values) => grown(values, values.length + more);
    this.members = {
      memberLimit: longer(p.memberLimit.map((r) => this.plain[r])),
      memberArc: longer(p.memberArc),
      memberClass: longer(p.memberClass),
      memberFactor: longer(p.memberFactor),
    };
    let e = p.memberLimit.length;
    parts.forEach(([start, end], i) => {
      for (let m = start; m < end; m++, e++) {
        this.members.memberLimit[e] = this.place[i];
        this.members.memberArc[e] = x.member_arc[m];
        this.members.memberClass[e] = x.member_class[m];
        this.members.memberFactor[e] = x.factors[x.member_factor[m]];
      }
    });
  }

  // A problem that shares those limits, with these rooms.
  at(p, rooms) {
    const wider = (values, added) => {
      const found = new Float64Array(this.count);
      this.plain.forEach((at, r) => (found[at] = values[r]));
      this.place.forEach((at, i) => (found[at] = added[i]));
      return found;
    };
    return {
      ...p,
      ...this.members,
      nLimits: this.count,
      limit: wider(p.limit, this.own.map((c) => c.limit)),
      bound: wider(p.bound, rooms),
      amountOf: wider(p.amountOf, rooms),
      background: wider(p.background, rooms.map(() => 0)),
      rooms: this.name,
    };
  }
}

// An answer in which couplings hold: {found, own, rooms}. `again` answers the same with some of
// them as limits at their rooms.
function settleCouplings(couplings, first, again) {
  const bites = (found, own) => couplings.filter((c) => own.includes(c) || biting(c, found.served));
  let own = bites(first, []);
  if (!own.length) return { found: first, own, rooms: [] };
  let rooms = own.map((c) => roomOf(c, first.served));
  for (let turn = 0; turn < TURNS; turn++) {
    const found = again(own, rooms);
    let now = own.map((c) => roomOf(c, found.served));
    if (now.every((room, i) => Math.abs(room - rooms[i]) <= NEAR * own[i].ordinary)) {
      const more = bites(found, own);
      if (more.length === own.length) return { found, own, rooms };
      const was = new Map(own.map((c, i) => [c, rooms[i]]));
      own = more;
      now = own.map((c) => roomOf(c, found.served));
      rooms = own.map((c, i) => (was.has(c) ? was.get(c) : now[i]));
    }
    rooms = turn < PLAIN_TURNS ? now : now.map((room, i) => 0.5 * (rooms[i] + room));
  }
  throw new Error(`what falls and its by-product come to no rest in ${TURNS} turns`);
}

// The Lagrangian of the program in which a by-product is carried also for the sake of what falls
// with it, at the prices of an answer, and its constant: their sum bounds that program from below.
function relaxedCouplings({ arrays: x }, plain, { found, own }) {
  const p = { ...plain, cost: plain.cost.slice(), penalty: plain.penalty.slice() };
  let constant = 0;
  for (const c of own) {
    const price = found.answer.price[found.p.limit.indexOf(c.limit)];
    const perUnit = (price * c.share * c.ordinary) / c.byProduct;
    for (let m = x.member_start[c.limit]; m < x.member_start[c.limit + 1]; m++) p.cost[x.member_class[m] * p.nArcs + x.member_arc[m]] += price;
    let wanted = 0;
    for (const k of c.hangsOn) {
      wanted += p.wanted[k];
      for (let i = 0; i < p.nSteps; i++) p.penalty[k * p.nSteps + i] += perUnit;
    }
    // What an event has taken from the demand is missing too.
    constant += perUnit * (c.byProduct - wanted) - price * c.ordinary;
  }
  return { p, constant };
}
