// Projected Newton for the dual of route choice (Bertsekas 1982): prices at 0 that are pressed
// there stay, the others take the step of their own second derivatives, damped so that it goes no
// further than may be trusted (Levenberg 1944; Moré and Sorensen 1983).
const MISSED = 1e-11;
const GOOD_ENOUGH = 1e-8;
const STEPS = 250;
// As many of a search that is let go on, where shorter ones have come to no end: a step is cheap.
const PATIENT = 8 * STEPS;
// How far the first step may go, in units of the spread of choices, and its damping.
const TRUST = { reach: 300, damping: 1e-6 };
// Dampings that are tried, and the factor between one and the next.
const LEAST = 1e-16;
const MOST = 1e4;
const FINER = 4;
// How often a search that fails comes nearer without second derivatives, and goes on from there.
const NEARER = 3;
const NEARER_STEPS = 3000;
const REMEMBERED = 20;
const SPREAD_OUT = [1 / 64, 1 / 16, 1 / 4, 1];
const NO_PRICES = 'route choice: no prices found';

// The largest share of a limit by which its condition is missed.
function missOf(dual, { price, gradient }) {
  let most = 0;
  for (let i = 0; i < price.length; i++) {
    if (!dual.finite[i]) continue;
    const off = price[i] <= 0 ? Math.min(gradient[i], 0) : gradient[i];
    most = Math.max(most, Math.abs(off) / dual.size[i]);
  }
  return most;
}

// Solves a symmetric system of which the lower half is given (Cholesky), or returns null.
function choleskySolved(matrix, right) {
  const n = right.length;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let total = matrix[i * n + j];
      for (let m = 0; m < j; m++) total -= matrix[i * n + m] * matrix[j * n + m];
      if (i > j) matrix[i * n + j] = total / matrix[j * n + j];
      else if (total > 0) matrix[j * n + j] = Math.sqrt(total);
      else return null;
    }
  }
  const found = right.slice();
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < i; m++) found[i] -= matrix[i * n + m] * found[m];
    found[i] /= matrix[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let m = i + 1; m < n; m++) found[i] -= matrix[m * n + i] * found[m];
    found[i] /= matrix[i * n + i];
  }
  return found;
}

// The function about a point to second order, prices that are held left out.
class Quadratic {
  constructor(dual, point) {
    const { price, gradient } = point;
    const near = 1e-12 / dual.scale.reduce((most, x) => Math.max(most, x), 1);
    const number = new Int32Array(price.length).fill(-1);
    this.dual = dual;
    this.free = [];
    this.fixed = new Float64Array(price.length);
    for (let i = 0; i < price.length; i++) {
      if (!dual.finite[i]) continue;
      if (price[i] <= near && gradient[i] >= -MISSED * dual.size[i]) this.fixed[i] = -price[i];
      else number[i] = this.free.push(i) - 1;
    }
    this.matrix = dual.curvature(point, number, this.free.length);
    this.pull = Float64Array.from(this.free, (i) => -gradient[i]);
    // What the second derivatives would be if all that passes answered to the price.
    const sorted = Float64Array.from(dual.scale).sort();
    const middle = sorted.length >> 1;
    const scale = sorted.length % 2 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    this.weight = Float64Array.from(this.free, (i) => (Math.abs(dual.wanted[i]) + Math.abs(dual.wanted[i] - gradient[i])) * scale);
    const least = 1e-12 * this.weight.reduce((most, x) => Math.max(most, x), 0) + 1e-300;
    this.weight = this.weight.map((x) => Math.max(x, least));
    this.undamped = this.damped(0);
  }

  // By how much the function falls to second order along a step.
  fallOf(moved, gradient) {
    const { free, matrix } = this;
    const n = free.length;
    let fall = 0;
    for (let i = 0; i < moved.length; i++) fall -= gradient[i] * moved[i];
    for (let i = 0; i < n; i++) {
      const own = moved[free[i]];
      fall -= 0.5 * own * own * matrix[i * n + i];
      for (let j = 0; j < i; j++) fall -= own * moved[free[j]] * matrix[i * n + j];
    }
    return fall;
  }

  // The step of the second derivatives, each price held back by damping.
  damped(damping) {
    const { matrix, weight, pull, free } = this;
    const n = pull.length;
    const size = Float64Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(matrix[i * n + i] + damping * weight[i], 1e-14 * weight[i])));
    const right = pull.map((g, i) => g / size[i]);
    const direction = this.fixed.slice();
    // Rows that nearly repeat each other have a direction that is all rounding.
    for (let added = 1e-13; ; added *= 100) {
      const scaled = matrix.slice();
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) scaled[i * n + j] /= size[i] * size[j];
        scaled[i * n + i] = 1 + added;
      }
      const found = choleskySolved(scaled, right);
      if (!found) continue;
      found.forEach((x, i) => (direction[free[i]] = x / size[i]));
      return direction;
    }
  }

  // The step that goes as far as it may, its largest change, and its damping: 0 is none.
  stepWithin(reach, damping) {
    let found = this.undamped;
    let change = this.dual.reach(found);
    if (change <= reach) return { found, change, damped: 0 };
    found = this.damped(damping);
    change = this.dual.reach(found);
    while (change > reach && damping < MOST) {
      damping *= FINER;
      found = this.damped(damping);
      change = this.dual.reach(found);
    }
    while (damping > LEAST && change < reach / FINER) {
      const further = this.damped(damping / FINER);
      const more = this.dual.reach(further);
      if (more > reach) break;
      damping /= FINER;
      found = further;
      change = more;
    }
    return { found, change, damped: damping };
  }
}

// The next point, or null where the function falls no further, and the trust for it: how far a step
// may go, in units of the spread of choices, and the damping by which the last one was kept there.
function newtonStep(dual, point, miss, trust) {
  const { price, gradient } = point;
  const quadratic = new Quadratic(dual, point);
  let { reach, damping } = trust;
  const rounding = 1e-14 * (Math.abs(point.value) + 1);
  for (let turns = 0; turns < 40; turns++) {
    const { found, change, damped } = quadratic.stepWithin(reach, damping);
    damping = damped || damping;
    const other = dual.at(price.map((x, i) => Math.max(x + found[i], 0)));
    const moved = other.price.map((x, i) => x - price[i]);
    let falls = 0;
    for (let i = 0; i < price.length; i++) falls += gradient[i] * moved[i];
    const fell = point.value - other.value;
    if (falls < -rounding && fell >= -1e-4 * falls) {
      const asTold = fell / Math.max(quadratic.fallOf(moved, gradient), 1e-300);
      if (asTold > 0.5 && damped) reach = Math.min(4 * reach, 1e7);
      else if (asTold < 0.1 && falls < -1e3 * rounding) reach = 0.5 * Math.min(reach, change);
      return { next: other, trust: { reach, damping } };
    }
    // Near the end the function is flat to rounding, and the conditions decide. What rises is no end.
    const flat = Math.abs(falls) <= 1e3 * rounding && -fell <= 1e3 * rounding;
    if (flat && missOf(dual, other) < 0.9 * miss) return { next: other, trust: { reach, damping } };
    reach = 0.25 * Math.min(reach, change);
  }
  return { next: toBound(dual, point, quadratic.undamped, 1e3 * rounding, miss), trust };
}

// Steps within which a price comes to its bound that is set down there.
const ALL_BUT = 1.1;

// The point at which the first price on the way comes to 0, if any: where a limit costs something
// though it has a hair of room, the function falls by less than rounding until its price, and those
// of its like with it, have come down. One that comes all but there with the whole step is set
// down, where that meets the conditions better.
function toBound(dual, point, direction, rounding, miss) {
  const { price } = point;
  const shares = price.map((x, i) => (direction[i] < 0 && x > 0 ? x / -direction[i] : Infinity));
  const first = shares.reduce((least, share) => Math.min(least, share), Infinity);
  if (first > ALL_BUT) return null;
  const step = Math.min(first, 1);
  const there = first < 1 ? first : ALL_BUT;
  const other = dual.at(price.map((x, i) => (shares[i] <= there ? 0 : Math.max(x + step * direction[i], 0))));
  if (first >= 1 && missOf(dual, other) >= miss) return null;
  return other.value <= point.value + rounding ? other : null;
}

// Where no step leads on, what misses by less than `enough` is an end. Above the hair of room that
// limits have that lets prices pass that nothing asks for: only where the start has none of those.
function minimised(dual, start, most = STEPS, enough = GOOD_ENOUGH) {
  let point = dual.at(start.map((x, i) => (dual.finite[i] ? Math.max(x, 0) : 0)));
  let trust = TRUST;
  for (let steps = 0; steps < most; steps++) {
    const miss = missOf(dual, point);
    if (miss <= MISSED) return { point, steps };
    let step = newtonStep(dual, point, miss, trust);
    // A step so short that it is lost in rounding says nothing of longer ones.
    if (!step.next && step.trust.reach < TRUST.reach) step = newtonStep(dual, point, miss, TRUST);
    if (!step.next && miss <= enough) return { point, steps };
    if (!step.next) break;
    ({ next: point, trust } = step);
  }
  throw new Error(NO_PRICES);
}

const dotted = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);

// What limited-memory quasi-Newton steps make of a gradient: `pairs` are the last steps with
// the changes of the gradient, the newest last (Nocedal 1980).
function quasiNewton(pairs, gradient) {
  const found = gradient.slice();
  const parts = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, both } = pairs[i];
    parts[i] = dotted(step, found) / both;
    for (let j = 0; j < found.length; j++) found[j] -= parts[i] * change[j];
  }
  const last = pairs[pairs.length - 1];
  const scale = last ? last.both / dotted(last.change, last.change) : 1 / Math.max(Math.sqrt(dotted(gradient, gradient)), 1e-300);
  for (let j = 0; j < found.length; j++) found[j] *= scale;
  pairs.forEach(({ step, change, both }, i) => {
    const part = parts[i] - dotted(change, found) / both;
    for (let j = 0; j < found.length; j++) found[j] += part * step[j];
  });
  return found;
}

// Prices nearer to the least dual value, by steps that need no second derivatives: far from the
// end a limit over routes that nobody takes has none, and Newton steps go nowhere. Prices at 0
// that are pressed there stay (Byrd, Lu, Nocedal and Zhu 1995, with projection in place of the
// Cauchy point).
function nearer(dual, start) {
  let point = dual.at(start.map((x, i) => (dual.finite[i] ? Math.max(x, 0) : 0)));
  let pairs = [];
  for (let steps = 0; steps < NEARER_STEPS && missOf(dual, point) > GOOD_ENOUGH; steps++) {
    const { price, gradient, value } = point;
    const free = price.map((x, i) => (dual.finite[i] && (x > 0 || gradient[i] < 0) ? 1 : 0));
    const pull = gradient.map((g, i) => (free[i] ? g : 0));
    const way = quasiNewton(pairs, pull);
    const moved = (length) => dual.at(price.map((x, i) => (free[i] ? Math.max(x - length * way[i], 0) : x)));
    const along = (slope, other) => dotted(slope, other.price.map((x, i) => x - price[i]));
    const enough = (other) => along(gradient, other) < 0 && other.value <= value + 1e-4 * along(gradient, other);
    let next = null;
    for (let length = 1, turns = 0; turns < 60; turns++) {
      const other = moved(length);
      if (!enough(other)) {
        if (next) break;
        length /= 2;
        continue;
      }
      // Shorter than this a step says nothing of the curvature (Wolfe's second condition).
      const short = along(other.gradient, other) < 0.9 * along(gradient, other);
      next = other;
      if (!short || length < 1) break;
      length *= 4;
    }
    if (!next && !pairs.length) break;
    const step = next ? next.price.map((x, i) => x - price[i]) : price;
    const change = next ? next.gradient.map((g, i) => g - gradient[i]) : gradient;
    const both = dotted(step, change);
    // Where the memory leads astray it is forgotten.
    if (!next) pairs = [];
    else if (both > 1e-12 * Math.sqrt(dotted(step, step) * dotted(change, change))) pairs = [...pairs, { step, change, both }].slice(-REMEMBERED);
    point = next || point;
  }
  return point.price;
}

// Prices of least dual value: from what is known, if need be from nothing by way of choices that
// spread further, each answer the start of the next, or nearer first.
function pricesOf(make, start) {
  const nothing = new Float64Array(make(1).wanted.length);
  let steps = 0;
  const tried = (dual, from, most = STEPS, enough = GOOD_ENOUGH) => {
    try {
      const found = minimised(dual, from, most, enough);
      steps += found.steps;
      return { point: found.point, steps };
    } catch (error) {
      if (error.message !== NO_PRICES) throw error;
      return null;
    }
  };
  const known = (start && tried(make(1), start, STEPS, MISSED)) || tried(make(1), nothing);
  if (known) return known;
  let spread = null;
  let price = nothing;
  for (const sharpness of SPREAD_OUT) {
    spread = tried(make(sharpness), price);
    if (!spread) break;
    price = spread.point.price;
  }
  if (spread) return spread;
  const dual = make(1);
  const patient = tried(dual, nothing, PATIENT);
  if (patient) return patient;
  // The slow way, which comes back from anywhere.
  let found = null;
  for (let turn = 0; !found && turn < NEARER; turn++) {
    price = nearer(dual, price);
    found = tried(dual, price);
  }
  if (!found) throw new Error(NO_PRICES);
  return found;
}
