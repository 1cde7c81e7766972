// How a working basis changes, and its inverse and prices with it: one column or limit a side.

// Makes another basic column of a commodity its key; returns the old key's place, or -1.
function swapKey(pool, b, k) {
  const { p, room, inverse } = b;
  let at = -1;
  for (let i = 0; i < p; i++) {
    if (pool.commodity[b.other[i]] !== k) continue;
    if (at < 0) {
      at = i;
    } else {
      for (let t = 0; t < p; t++) inverse[t * room + at] += inverse[t * room + i];
    }
  }
  if (at < 0) return -1;
  for (let t = 0; t < p; t++) inverse[t * room + at] = -inverse[t * room + at];
  const old = b.key[k];
  const fresh = b.other[at];
  b.key[k] = fresh;
  b.other[at] = old;
  b.state[fresh] = 1;
  b.state[old] = 2;
  for (let level = 0; level < 2; level++) {
    const units = b.xKey[level][k];
    b.xKey[level][k] = b.xOther[level][at];
    b.xOther[level][at] = units;
  }
  return at;
}

function exchange(pool, b, enter, loosen, leave, tighten, u, step, saving) {
  const { p, room, inverse, price, tight } = b;
  let row = u;
  let v = u;
  if (tighten >= 0) [row, v] = rowOf(pool, b, tighten);
  if (enter >= 0 && leave >= 0) {
    const pivot = u[leave];
    if (Math.abs(pivot) < PIVOT) return false;
    for (let t = 0; t < p; t++) {
      const line = t * room;
      let part = inverse[line + leave];
      if (part === 0) continue;
      part /= pivot;
      if (Math.abs(part) < DUST) part = 0;
      for (let i = 0; i < p; i++) inverse[line + i] -= u[i] * part;
      inverse[line + leave] = part;
      for (let level = 0; level < 3; level++) price[level][tight[t]] -= saving[level] * part;
    }
    b.state[b.other[leave]] = 0;
    b.other[leave] = enter;
    b.state[enter] = 2;
    for (let level = 0; level < 2; level++) b.xOther[level][leave] = step[level];
    return true;
  }
  if (enter >= 0) {
    if (p >= room) return false;
    let pivot = rowEntry(pool, enter, tighten) - rowEntry(pool, b.key[pool.commodity[enter]], tighten);
    for (let i = 0; i < p; i++) pivot -= row[i] * u[i];
    if (Math.abs(pivot) < PIVOT) return false;
    tight[p] = tighten;
    for (let t = 0; t <= p; t++) {
      const part = t < p ? -v[t] / pivot : 1 / pivot;
      const line = t * room;
      for (let i = 0; i < p; i++) inverse[line + i] = (t < p ? inverse[line + i] : 0) - u[i] * part;
      inverse[line + p] = part;
      for (let level = 0; level < 3; level++) price[level][tight[t]] -= saving[level] * part;
    }
    b.other[p] = enter;
    b.state[enter] = 2;
    b.place[tighten] = p;
    b.p = p + 1;
    for (let level = 0; level < 2; level++) b.xOther[level][p] = step[level];
    return true;
  }
  if (leave >= 0) {
    const pivot = inverse[loosen * room + leave];
    if (Math.abs(pivot) < PIVOT) return false;
    const last = p - 1;
    for (let t = 0; t < p; t++) {
      const line = t * room;
      const part = inverse[line + leave] / pivot;
      if (part !== 0 && t !== loosen) for (let i = 0; i < p; i++) inverse[line + i] -= u[i] * part;
      for (let level = 0; level < 3; level++) price[level][tight[t]] -= saving[level] * part;
      inverse[line + leave] = inverse[line + last];
    }
    for (let level = 0; level < 3; level++) price[level][tight[loosen]] = 0;
    b.state[b.other[leave]] = 0;
    b.place[tight[loosen]] = -1;
    if (leave !== last) {
      b.other[leave] = b.other[last];
      for (let level = 0; level < 2; level++) b.xOther[level][leave] = b.xOther[level][last];
    }
    if (loosen !== last) {
      tight[loosen] = tight[last];
      b.place[tight[loosen]] = loosen;
      for (let i = 0; i < last; i++) inverse[loosen * room + i] = inverse[last * room + i];
    }
    b.p = last;
    return true;
  }
  const pivot = v[loosen];
  if (Math.abs(pivot) < PIVOT) return false;
  for (let i = 0; i < p; i++) inverse[loosen * room + i] /= pivot;
  for (let t = 0; t < p; t++) {
    if (t === loosen || v[t] === 0) continue;
    for (let i = 0; i < p; i++) inverse[t * room + i] -= v[t] * inverse[loosen * room + i];
    for (let level = 0; level < 3; level++) price[level][tight[t]] -= (v[t] * saving[level]) / pivot;
  }
  for (let level = 0; level < 3; level++) {
    price[level][tight[loosen]] = 0;
    price[level][tighten] = saving[level] / pivot;
  }
  b.place[tight[loosen]] = -1;
  tight[loosen] = tighten;
  b.place[tighten] = loosen;
  return true;
}

// Commodities with only a banned column in the basis take their cheapest; says if any did.
function replaceBannedKeys(pool, nColumns, b) {
  const n = b.key.length;
  const lone = new Uint8Array(n);
  let stranded = false;
  for (let k = 0; k < n; k++) {
    if (pool.banned[b.key[k]]) {
      lone[k] = 1;
      stranded = true;
    }
  }
  if (!stranded) return false;
  for (let i = 0; i < b.p; i++) lone[pool.commodity[b.other[i]]] = 0;
  const best = new Int32Array(n).fill(-1);
  const length = [0, 1, 2].map(() => new Float64Array(n).fill(Infinity));
  for (let j = 0; j < nColumns; j++) {
    const k = pool.commodity[j];
    if (!lone[k] || pool.banned[j]) continue;
    const a1 = charged(pool, pool.cost[0], b.price[0], j);
    const near = 1e-10 * (1 + Math.abs(a1));
    if (a1 > length[0][k] + near) continue;
    const a2 = charged(pool, pool.cost[1], b.price[1], j);
    const a3 = charged(pool, pool.cost[2], b.price[2], j);
    if (best[k] < 0 || a1 < length[0][k] - near || below(a2, a3, length[1][k], length[2][k]) > 0) {
      best[k] = j;
      length[0][k] = a1;
      length[1][k] = a2;
      length[2][k] = a3;
    }
  }
  stranded = false;
  for (let k = 0; k < n; k++) {
    if (best[k] < 0) continue;
    b.state[b.key[k]] = 0;
    b.key[k] = best[k];
    b.state[best[k]] = 1;
    stranded = true;
  }
  return stranded;
}
