// The dual simplex method (Lemke 1954): what is furthest outside its bounds for its weight
// (Devex, Harris 1973) leaves the basis, and what loses the least takes its place.

// How far an amount is below 0, counting the direction only where it is 0 itself.
function outside(x1, x2, scale) {
  if (x1 < -SMALL * scale) return -x1 / scale;
  if (x1 <= SMALL * scale && x2 < -1e-8) return Math.min(-x2, 1) * 1e-12;
  return 0;
}

// The basic variable that is furthest outside for its weight: kind, number, sign.
function worstOutside(pool, b, amount, bound, w) {
  let worst = 0;
  let found = [-1, -1, 1];
  const hold = (off, weight, kind, number, sign) => {
    if (off > 0 && off * off > worst * weight) {
      worst = (off * off) / weight;
      found = [kind, number, sign];
    }
  };
  for (let k = 0; k < b.key.length; k++) {
    const x1 = b.xKey[0][k];
    const scale = 1 + amount[0][k];
    if (x1 > SMALL * scale && !pool.banned[b.key[k]]) continue;
    const off = scale * outside(x1, b.xKey[1][k], scale);
    hold(off, w.key[k], 0, k, 1);
    if (off === 0 && pool.banned[b.key[k]]) hold(Math.max(x1, 1e-12), w.key[k], 0, k, -1);
  }
  for (let i = 0; i < b.p; i++) {
    const j = b.other[i];
    const x1 = b.xOther[0][i];
    const scale = 1 + amount[0][pool.commodity[j]];
    const off = scale * outside(x1, b.xOther[1][i], scale);
    hold(off, w.other[i], 1, i, 1);
    if (off === 0 && pool.banned[j]) hold(Math.max(x1, 1e-12), w.other[i], 1, i, -1);
  }
  for (let r = 0; r < bound[0].length; r++) {
    if (b.place[r] >= 0 || bound[0][r] === Infinity) continue;
    const scale = 1 + bound[0][r];
    if (bound[0][r] - b.use[0][r] > SMALL * scale) continue;
    hold(scale * outside(bound[0][r] - b.use[0][r], bound[1][r] - b.use[1][r], scale), w.limit[r], 2, r, 1);
  }
  return found;
}

// A weight at which all begin anew: they only grow, and lose what they say.
const HEAVY = 1e9;

// Carries the weights over a change of the basis that is about to be made.
function weigh(b, w, loosen, leave, tighten, alone, u, m) {
  let pivot;
  let mine;
  if (alone >= 0) [pivot, mine] = [m.keyRate[alone], w.key[alone]];
  else if (leave >= 0) [pivot, mine] = [u[leave], w.other[leave]];
  else [pivot, mine] = [m.limitRate[tighten], w.limit[tighten]];
  mine /= pivot * pivot;
  if (mine > HEAVY) {
    for (const own of [w.key, w.other, w.limit]) own.fill(1);
    mine = 1;
  }
  for (const k of m.keys) w.key[k] = Math.max(w.key[k], m.keyRate[k] ** 2 * mine);
  for (let i = 0; i < b.p; i++) w.other[i] = Math.max(w.other[i], u[i] * u[i] * mine);
  for (const r of m.limits) w.limit[r] = Math.max(w.limit[r], m.limitRate[r] ** 2 * mine);
  mine = Math.max(mine, 1);
  if (alone >= 0) {
    w.key[alone] = mine;
  } else if (loosen >= 0) {
    w.limit[b.tight[loosen]] = mine;
    if (leave >= 0) w.other[leave] = w.other[b.p - 1];
  } else if (leave >= 0) {
    w.other[leave] = mine;
  } else if (b.p < w.other.length) {
    w.other[b.p] = mine;
  }
}

// What each column does to a variable that leaves, in the direction in which it leaves; few do
// anything, and those are listed.
class PivotRow {
  constructor(nColumns) {
    this.alpha = new Float64Array(nColumns);
    this.seen = new Uint8Array(nColumns);
    this.columns = new Int32Array(nColumns);
    this.size = 0;
  }

  clear() {
    const { alpha, seen, columns } = this;
    for (let i = 0; i < this.size; i++) {
      alpha[columns[i]] = 0;
      seen[columns[i]] = 0;
    }
    this.size = 0;
  }

  add(j, value) {
    if (!this.seen[j]) {
      this.seen[j] = 1;
      this.columns[this.size++] = j;
    }
    this.alpha[j] += value;
  }

  // Adds `weight` times what each column takes of limit r.
  along(pool, r, weight) {
    const { newest, older, owner, unit } = pool;
    for (let e = newest[r]; e >= 0; e = older[e]) this.add(owner[e], weight * unit[e]);
  }

  // A column comes in for its key: takes off what the key does.
  lessKeys(pool, key) {
    const { alpha, columns, size } = this;
    const keys = [];
    for (let i = 0; i < size; i++) {
      const j = columns[i];
      const k = pool.commodity[j];
      if (key[k] === j && alpha[j] !== 0) keys.push([k, alpha[j]]);
    }
    for (const [k, value] of keys) for (let j = pool.newestOf[k]; j >= 0; j = pool.olderOf[j]) this.add(j, -value);
  }
}

// What takes a basic variable out of the basis at the least loss; fills the row.
function replacement(pool, b, kind, number, sign, row, reduced, w) {
  const { p, room, inverse, key } = b;
  row.clear();
  const { alpha, columns } = row;
  const { commodity } = pool;
  let leave = -1;
  let tighten = -1;
  let alone = -1;
  if (kind === 0) {
    leave = swapKey(pool, b, number);
    if (leave < 0) {
      alone = number;
    } else {
      const mine = w.key[number];
      w.key[number] = w.other[leave];
      w.other[leave] = mine;
    }
  } else if (kind === 1) {
    leave = number;
  } else {
    tighten = number;
  }
  let effect = new Float64Array(p);
  if (leave >= 0) {
    for (let t = 0; t < p; t++) {
      const part = inverse[t * room + leave];
      if (Math.abs(part) >= DUST) effect[t] = -sign * part;
    }
  } else if (tighten >= 0) {
    [, effect] = rowOf(pool, b, tighten);
    for (let t = 0; t < p; t++) effect[t] *= sign;
  }
  let least = Infinity;
  if (alone >= 0) {
    // Its amount is given, so another column of the same commodity must take its place.
    for (let j = pool.newestOf[alone]; j >= 0; j = pool.olderOf[j]) {
      if (j === key[alone]) continue;
      row.add(j, 1);
      least = Math.min(least, clip(reduced[j]));
    }
  } else {
    for (let t = 0; t < p; t++) if (effect[t] !== 0) row.along(pool, b.tight[t], effect[t]);
    if (tighten >= 0) row.along(pool, tighten, -sign);
    row.lessKeys(pool, key);
    for (let i = 0; i < row.size; i++) {
      const j = columns[i];
      const a = alpha[j];
      if (a > PIVOT && reduced[j] < least * a) least = clip(reduced[j]) / a;
    }
    for (let t = 0; t < p; t++) {
      if (effect[t] > PIVOT) least = Math.min(least, clip(b.price[0][b.tight[t]]) / effect[t]);
    }
  }
  // Several that are equally good by cost are told apart by what comes after it.
  const most = least + 1e-10 * (1 + Math.abs(least));
  let enter = -1;
  let loosen = -1;
  let b2 = Infinity;
  let b3 = Infinity;
  let strength = 0;
  let first = true;
  if (least < Infinity) {
    for (let i = 0; i < row.size; i++) {
      const j = columns[i];
      const a = alpha[j];
      if (!(a > PIVOT && reduced[j] <= most * a && b.state[j] === 0)) continue;
      const k = key[commodity[j]];
      const a2 = (charged(pool, pool.cost[1], b.price[1], j) - charged(pool, pool.cost[1], b.price[1], k)) / a;
      const a3 = (charged(pool, pool.cost[2], b.price[2], j) - charged(pool, pool.cost[2], b.price[2], k)) / a;
      const order = below(a2, a3, b2, b3);
      if (first || order > 0 || (order === 0 && a > strength)) {
        [enter, b2, b3, strength, first] = [j, a2, a3, a, false];
      }
    }
  }
  if (alone < 0) {
    for (let t = 0; t < p; t++) {
      const r = b.tight[t];
      const a = effect[t];
      if (!(a > PIVOT && clip(b.price[0][r]) <= most * a)) continue;
      const a2 = b.price[1][r] / a;
      const a3 = b.price[2][r] / a;
      const order = below(a2, a3, b2, b3);
      if (first || order > 0 || (order === 0 && a > strength)) {
        [enter, loosen, b2, b3, strength, first] = [-1, t, a2, a3, a, false];
      }
    }
  }
  let loss = 0;
  if (enter >= 0) loss = reduced[enter] / alpha[enter];
  else if (loosen >= 0) loss = b.price[0][b.tight[loosen]] / effect[loosen];
  return { enter, loosen, leave, tighten, alone, loss };
}
