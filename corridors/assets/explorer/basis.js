// The working basis of the program over paths: what it is and what it means.
//
// Of each commodity one basic column is the key; only the limits that bind need a matrix
// (generalised upper bounds, Dantzig and Van Slyke 1967). Costs and right-hand sides are
// vectors compared in order within a hair (Dantzig, Orden and Wolfe 1955): cost, tie cost,
// rank; and the amounts, then a direction in which they are moved.
const PIVOT = 1e-8;
const SMALL = 1e-9;
const DUST = 1e-14;

class Basis {
  constructor(nKeys, nLimits, nColumns) {
    this.room = 64;
    this.p = 0;
    this.key = Int32Array.from({ length: nKeys }, (_, k) => k);
    this.other = new Int32Array(this.room);
    this.tight = new Int32Array(this.room);
    this.state = new Int8Array(nColumns);
    this.place = new Int32Array(nLimits).fill(-1);
    // inverse[t * room + i] is what other column i carries more for a unit more of limit t.
    this.inverse = new Float64Array(this.room * this.room);
    const pair = (n) => [new Float64Array(n), new Float64Array(n)];
    const triple = (n) => [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    this.xKey = pair(nKeys);
    this.xOther = pair(this.room);
    this.use = pair(nLimits);
    this.price = triple(nLimits);
    this.sigma = triple(nKeys);
  }

  set(key, other, tight) {
    if (other.length + 8 > this.room) this.enlarge(2 * other.length + 8);
    this.key.set(key);
    this.other.set(other);
    this.tight.set(tight);
    this.p = other.length;
    this.state.fill(0);
    for (const j of key) this.state[j] = 1;
    for (const j of other) this.state[j] = 2;
    this.place.fill(-1);
    tight.forEach((r, t) => (this.place[r] = t));
  }

  fit(nColumns) {
    if (this.state.length < nColumns) this.state = grown(this.state, nColumns);
  }

  enlarge(room) {
    const old = this.room;
    const inverse = new Float64Array(room * room);
    for (let t = 0; t < old; t++) inverse.set(this.inverse.subarray(t * old, t * old + old), t * room);
    this.inverse = inverse;
    this.other = grown(this.other, room);
    this.tight = grown(this.tight, room);
    this.xOther = this.xOther.map((x) => grown(x, room));
    this.room = room;
  }
}

// Whether pair a comes clearly before pair b: 1, else -1 after, 0 tied.
function below(a1, a2, b1, b2) {
  let near = 1e-10 * (1 + Math.abs(b1));
  if (a1 < b1 - near) return 1;
  if (a1 > b1 + near) return -1;
  near = 1e-10 * (1 + Math.abs(b2));
  if (a2 < b2 - near) return 1;
  if (a2 > b2 + near) return -1;
  return 0;
}

const clip = (value) => (value > 0 ? value : 0);

// What the keys would take of each limit if each carried its whole commodity.
function keyUse(pool, b, amount, use) {
  use.fill(0);
  const { start, limit, unit } = pool;
  for (let k = 0; k < b.key.length; k++) {
    const j = b.key[k];
    for (let e = start[j]; e < start[j + 1]; e++) use[limit[e]] += unit[e] * amount[k];
  }
}

function addUse(pool, j, units, use) {
  const { start, limit, unit } = pool;
  for (let e = start[j]; e < start[j + 1]; e++) use[limit[e]] += unit[e] * units;
}

// Amounts, use and prices of limits from a basis and its inverse.
function byInverse(pool, b, amount, bound) {
  const { p, room, inverse } = b;
  for (let level = 0; level < 2; level++) {
    const x = b.xKey[level];
    const use = b.use[level];
    const other = b.xOther[level];
    keyUse(pool, b, amount[level], use);
    x.set(amount[level]);
    other.fill(0, 0, p);
    for (let t = 0; t < p; t++) {
      const rest = bound[level][b.tight[t]] - use[b.tight[t]];
      if (rest !== 0) for (let i = 0; i < p; i++) other[i] += inverse[t * room + i] * rest;
    }
    shift(pool, b, level, other, bound);
  }
  const more = new Float64Array(p);
  for (let level = 0; level < 3; level++) {
    const cost = pool.cost[level];
    const price = b.price[level];
    price.fill(0);
    for (let i = 0; i < p; i++) more[i] = cost[b.other[i]] - cost[b.key[pool.commodity[b.other[i]]]];
    for (let t = 0; t < p; t++) {
      let total = 0;
      for (let i = 0; i < p; i++) total += more[i] * inverse[t * room + i];
      price[b.tight[t]] = -total;
    }
  }
}

// Moves what other columns carry from their keys to them.
function shift(pool, b, level, other, bound) {
  const x = b.xKey[level];
  const use = b.use[level];
  for (let i = 0; i < b.p; i++) {
    const j = b.other[i];
    const k = pool.commodity[j];
    x[k] -= other[i];
    addUse(pool, j, other[i], use);
    addUse(pool, b.key[k], -other[i], use);
  }
  for (let t = 0; t < b.p; t++) use[b.tight[t]] = bound[level][b.tight[t]];
}

// What a unit of a column costs with what the limits charge for it.
function charged(pool, cost, price, j) {
  const { start, limit, unit } = pool;
  let total = cost[j];
  for (let e = start[j]; e < start[j + 1]; e++) total += price[limit[e]] * unit[e];
  return total;
}

// Adds `weight` times what each column takes of limit r.
function along(pool, nColumns, r, weight, into) {
  const { newest, older, owner, unit } = pool;
  for (let e = newest[r]; e >= 0; e = older[e]) if (owner[e] < nColumns) into[owner[e]] += weight * unit[e];
}

// Reduced costs and prices of commodities, as far as cost goes; of what is banned Infinity.
function allReduced(pool, nColumns, b, into) {
  const sigma = b.sigma[0];
  const price = b.price[0];
  const cost = pool.cost[0];
  for (let j = 0; j < nColumns; j++) into[j] = cost[j];
  for (let t = 0; t < b.p; t++) {
    const r = b.tight[t];
    if (price[r] !== 0) along(pool, nColumns, r, price[r], into);
  }
  for (let k = 0; k < b.key.length; k++) sigma[k] = into[b.key[k]];
  for (let j = 0; j < nColumns; j++) into[j] = pool.banned[j] ? Infinity : into[j] - sigma[pool.commodity[j]];
  for (let i = 0; i < b.p; i++) if (!pool.banned[b.other[i]]) into[b.other[i]] = 0;
}

// The inverse times what column e takes more than its key.
function enteringColumn(pool, b, e) {
  const { p, room, inverse, place } = b;
  const { start, limit, unit } = pool;
  const u = new Float64Array(Math.max(p, b.room));
  let j = e;
  let sign = 1;
  for (let side = 0; side < 2; side++) {
    for (let i = start[j]; i < start[j + 1]; i++) {
      const t = place[limit[i]];
      if (t < 0) continue;
      const units = sign * unit[i];
      for (let o = 0; o < p; o++) u[o] += inverse[t * room + o] * units;
    }
    j = b.key[pool.commodity[e]];
    sign = -1;
  }
  for (let o = 0; o < p; o++) if (Math.abs(u[o]) < DUST) u[o] = 0;
  return u;
}

function rowEntry(pool, j, r) {
  const { start, limit, unit } = pool;
  for (let e = start[j]; e < start[j + 1]; e++) if (limit[e] === r) return unit[e];
  return 0;
}

// What each other column takes of limit r more than its key; then times the inverse.
function rowOf(pool, b, r) {
  const { p, room, inverse } = b;
  const row = new Float64Array(p);
  const effect = new Float64Array(p);
  const which = [];
  for (let i = 0; i < p; i++) {
    const value = rowEntry(pool, b.other[i], r) - rowEntry(pool, b.key[pool.commodity[b.other[i]]], r);
    if (value !== 0) {
      row[i] = value;
      which.push(i);
    }
  }
  for (let t = 0; t < p; t++) {
    let total = 0;
    for (const i of which) total += row[i] * inverse[t * room + i];
    if (Math.abs(total) >= DUST) effect[t] = total;
  }
  return [row, effect];
}

// Lets each column from `first` on carry its commodity where there is room for all of it.
function fill(pool, first, b, amount, bound) {
  const use = b.use[0];
  use.fill(0);
  const { start, limit, unit } = pool;
  for (let j = first; j < pool.size; j++) {
    const k = pool.commodity[j];
    let fits = !pool.banned[j] && b.key[k] === k;
    for (let e = start[j]; fits && e < start[j + 1]; e++) {
      fits = !(use[limit[e]] + unit[e] * amount[0][k] > bound[0][limit[e]] * (1 - 1e-9));
    }
    if (!fits) continue;
    addUse(pool, j, amount[0][k], use);
    b.state[k] = 0;
    b.key[k] = j;
    b.state[j] = 1;
  }
}

// Splits the working basis into triangles, column by column (Gilbert and Peierls 1988), the
// pivot among large entries in the row of fewest (Markowitz 1957); null where it has no inverse.
function split(pool, b) {
  const { p } = b;
  const { start, limit, unit } = pool;
  const x = new Float64Array(p);
  const entries = (i) => {
    let j = b.other[i];
    let sign = 1;
    for (let side = 0; side < 2; side++) {
      for (let e = start[j]; e < start[j + 1]; e++) {
        const t = b.place[limit[e]];
        if (t >= 0) x[t] += sign * unit[e];
      }
      j = b.key[pool.commodity[b.other[i]]];
      sign = -1;
    }
  };
  const count = new Int32Array(p);
  const ofRow = new Int32Array(p);
  for (let i = 0; i < p; i++) {
    entries(i);
    for (let t = 0; t < p; t++) {
      if (x[t] !== 0) {
        count[i]++;
        ofRow[t]++;
        x[t] = 0;
      }
    }
  }
  const order = Array.from({ length: p }, (_, i) => i).sort((a, c) => count[a] - count[c] || a - c);
  const row = new Int32Array(p).fill(-1);
  const diagonal = new Float64Array(p);
  const lower = [];
  const upper = [];
  for (let c = 0; c < p; c++) {
    entries(order[c]);
    const up = [];
    for (let k = 0; k < c; k++) {
      const value = x[row[k]];
      if (value === 0) continue;
      x[row[k]] = 0;
      up.push([k, value]);
      for (const [t, v] of lower[k]) x[t] -= value * v;
    }
    upper.push(up);
    let most = 0;
    for (let t = 0; t < p; t++) most = Math.max(most, Math.abs(x[t]));
    if (most < 1e-11) return null;
    let best = -1;
    for (let t = 0; t < p; t++) {
      if (Math.abs(x[t]) >= 0.1 * most && (best < 0 || ofRow[t] < ofRow[best])) best = t;
    }
    row[c] = best;
    diagonal[c] = x[best];
    x[best] = 0;
    const low = [];
    for (let t = 0; t < p; t++) {
      if (x[t] === 0) continue;
      if (Math.abs(x[t]) > 1e-14 * most) low.push([t, x[t] / diagonal[c]]);
      x[t] = 0;
    }
    lower.push(low);
  }
  return { order, row, diagonal, lower, upper };
}

// Solves the system for a right-hand side by binding limit, which is overwritten.
function solveSplit(s, right, into, at) {
  const p = s.order.length;
  for (let k = 0; k < p; k++) {
    const value = right[s.row[k]];
    if (value !== 0) for (const [t, v] of s.lower[k]) right[t] -= value * v;
  }
  for (let c = p - 1; c >= 0; c--) {
    const value = right[s.row[c]] / s.diagonal[c];
    into[at + s.order[c]] = value;
    if (value !== 0) for (const [k, v] of s.upper[c]) right[s.row[k]] -= value * v;
  }
}

// Solves the transposed system for a right-hand side by other column.
function solveTurned(s, right, into) {
  const p = s.order.length;
  const found = new Float64Array(p);
  for (let c = 0; c < p; c++) {
    let value = right[s.order[c]];
    for (const [k, v] of s.upper[c]) value -= v * found[k];
    found[c] = value / s.diagonal[c];
  }
  for (let k = p - 1; k >= 0; k--) {
    let value = found[k];
    for (const [t, v] of s.lower[k]) value -= v * into[t];
    into[s.row[k]] = value;
  }
}

// The values of a basis afresh, and its inverse where asked; says whether it has any.
function refresh(pool, b, amount, bound, invert) {
  const { p, room } = b;
  const s = split(pool, b);
  if (!s) return false;
  const right = new Float64Array(p);
  const found = new Float64Array(p);
  for (let level = 0; level < 2; level++) {
    const use = b.use[level];
    keyUse(pool, b, amount[level], use);
    b.xKey[level].set(amount[level]);
    for (let t = 0; t < p; t++) right[t] = bound[level][b.tight[t]] - use[b.tight[t]];
    solveSplit(s, right, found, 0);
    b.xOther[level].set(found);
    shift(pool, b, level, found, bound);
  }
  for (let level = 0; level < 3; level++) {
    const cost = pool.cost[level];
    const price = b.price[level];
    for (let i = 0; i < p; i++) right[i] = cost[b.other[i]] - cost[b.key[pool.commodity[b.other[i]]]];
    solveTurned(s, right, found);
    price.fill(0);
    for (let t = 0; t < p; t++) price[b.tight[t]] = -found[t];
    for (let k = 0; k < b.key.length; k++) b.sigma[level][k] = charged(pool, cost, price, b.key[k]);
  }
  if (invert) {
    for (let t = 0; t < p; t++) {
      right.fill(0);
      right[t] = 1;
      solveSplit(s, right, b.inverse, t * room);
    }
  }
  return true;
}
