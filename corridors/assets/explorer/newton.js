// Projected Newton for the dual of route choice (Bertsekas 1982): prices at 0 that are pressed
// there stay, the others take the step of their own second derivatives, shortened until the
// function falls enough.
const MISSED = 1e-11;
const GOOD_ENOUGH = 1e-8;
const STEPS = 250;
// As many of a search that is let go on, where shorter ones have come to no end: a step is cheap.
const PATIENT = 8 * STEPS;
const DAMPING = [1e-13, 1e-9, 1e-6, 1e-3, 1];
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

function newtonDirection(matrix, gradient, damping) {
  const n = gradient.length;
  let most = 0;
  for (let i = 0; i < n; i++) most = Math.max(most, matrix[i * n + i]);
  // A limit over routes that nobody takes yet has hardly any curvature of its own.
  const size = Float64Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(matrix[i * n + i], 1e-12 * most + 1e-300)));
  const right = gradient.map((g, i) => -g / size[i]);
  for (let added = damping; ; added *= 100) {
    const scaled = matrix.slice();
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) scaled[i * n + j] /= size[i] * size[j];
      scaled[i * n + i] = 1 + added;
    }
    const found = choleskySolved(scaled, right);
    if (found) return found.map((x, i) => x / size[i]);
  }
}

// The next point, or null where the function falls no further that way.
function newtonStep(dual, point, miss, damping) {
  const { price, gradient } = point;
  const near = 1e-9 / dual.scale.reduce((most, x) => Math.max(most, x), 1);
  const number = new Int32Array(price.length).fill(-1);
  const free = [];
  const direction = new Float64Array(price.length);
  for (let i = 0; i < price.length; i++) {
    if (!dual.finite[i]) continue;
    if (price[i] <= near && gradient[i] >= 0) direction[i] = -price[i];
    else number[i] = free.push(i) - 1;
  }
  const step = new Float64Array(price.length);
  const found = newtonDirection(dual.curvature(point, number, free.length), Float64Array.from(free, (i) => gradient[i]), damping);
  free.forEach((i, at) => (step[i] = found[at]));
  // Beyond this a quadratic model of a logit says little.
  const shorter = Math.min(1, 300 / Math.max(dual.reach(step), 1e-300));
  for (const i of free) direction[i] = step[i] * shorter;
  const rounding = 1e-14 * (Math.abs(point.value) + 1);
  for (let length = 1, turns = 0; turns < 50; turns++, length /= 2) {
    const other = dual.at(price.map((x, i) => Math.max(x + length * direction[i], 0)));
    let falls = 0;
    for (let i = 0; i < price.length; i++) falls += gradient[i] * (other.price[i] - price[i]);
    if (falls < -rounding && other.value <= point.value + 1e-4 * falls) return other;
    // Near the end the function is flat to rounding, and the conditions decide. What rises is no end.
    const flat = Math.abs(falls) <= 1e3 * rounding && other.value <= point.value + 1e3 * rounding;
    if (flat && missOf(dual, other) < 0.9 * miss) return other;
  }
  return null;
}

function minimised(dual, start, most = STEPS) {
  let point = dual.at(start.map((x, i) => (dual.finite[i] ? Math.max(x, 0) : 0)));
  for (let steps = 0; steps < most; steps++) {
    const miss = missOf(dual, point);
    if (miss <= MISSED) return { point, steps };
    let found = null;
    for (const damping of DAMPING) {
      found = newtonStep(dual, point, miss, damping);
      if (found) break;
    }
    if (!found && miss <= GOOD_ENOUGH) return { point, steps };
    if (!found) break;
    point = found;
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
  const tried = (dual, from, most = STEPS) => {
    try {
      const found = minimised(dual, from, most);
      steps += found.steps;
      return { point: found.point, steps };
    } catch (error) {
      if (error.message !== NO_PRICES) throw error;
      return null;
    }
  };
  const known = tried(make(1), start || nothing);
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
