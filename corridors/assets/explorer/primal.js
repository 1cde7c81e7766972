// The primal simplex method: what improves the answer enters, what blocks first leaves.
const LISTED = 40;

// What a unit of what enters takes from keys, and of limits that do not bind.
class Motion {
  constructor(nKeys, nLimits) {
    this.keyRate = new Float64Array(nKeys);
    this.limitRate = new Float64Array(nLimits);
    this.keySeen = new Uint8Array(nKeys);
    this.limitSeen = new Uint8Array(nLimits);
    this.keys = [];
    this.limits = [];
  }
}

// The column, or binding limit, that saves the most cost, if more than what is `near`; `listed`
// gets those nearly as good.
function cheaper(pool, nColumns, b, slack, reduced, listed, near) {
  const sigma = b.sigma[0];
  let best = -near;
  let enter = -1;
  let loosen = -1;
  for (let j = 0; j < nColumns; j++) {
    if (reduced[j] < 0 && b.state[j] === 0) {
      const d = reduced[j] / (1 + Math.abs(sigma[pool.commodity[j]]));
      if (d < best) {
        best = d;
        enter = j;
      }
    }
  }
  listed.length = 0;
  if (enter >= 0) {
    const most = 0.3 * best;
    for (let j = 0; j < nColumns && listed.length < LISTED; j++) {
      if (reduced[j] < 0 && b.state[j] === 0 && reduced[j] / (1 + Math.abs(sigma[pool.commodity[j]])) < most) {
        listed.push(j);
      }
    }
  }
  for (let t = 0; t < b.p; t++) {
    const d = b.price[0][b.tight[t]] / slack[0];
    if (d < best) {
      best = d;
      enter = -1;
      loosen = t;
    }
  }
  return [enter, loosen];
}

// The best of some columns, or a binding limit, by the prices of the limits.
function bestCandidate(pool, b, slack, listed, near) {
  const cost = pool.cost[0];
  const price = b.price[0];
  let best = -near;
  let enter = -1;
  let loosen = -1;
  for (const j of listed) {
    if (b.state[j] !== 0) continue;
    const sigma = charged(pool, cost, price, b.key[pool.commodity[j]]);
    const d = (charged(pool, cost, price, j) - sigma) / (1 + Math.abs(sigma));
    if (d < best) {
      best = d;
      enter = j;
    }
  }
  for (let t = 0; t < b.p; t++) {
    const d = price[b.tight[t]] / slack[0];
    if (d < best) {
      best = d;
      enter = -1;
      loosen = t;
    }
  }
  return [enter, loosen];
}

// Columns outside the basis that cost no more than those in it.
function tiedColumns(pool, nColumns, b, reduced) {
  const tied = [];
  for (let j = 0; j < nColumns; j++) {
    const near = SMALL * (1 + Math.abs(b.sigma[0][pool.commodity[j]]));
    if (reduced[j] <= near && b.state[j] === 0) tied.push(j);
  }
  return tied;
}

// What improves the tie cost, or else the rank, the most at no cost; `listed` gets the columns
// nearly as good, among which to look next before all are priced again.
function betterTied(pool, b, slack, tied, listed) {
  const good = [[], []];
  const [, c2, c3] = pool.cost;
  const [p1, p2, p3] = b.price;
  let best2 = 0;
  let best3 = 0;
  let enter2 = -1;
  let enter3 = -1;
  let loosen2 = -1;
  let loosen3 = -1;
  for (const j of tied) {
    if (b.state[j] !== 0) continue;
    const k = b.key[pool.commodity[j]];
    let sigma = charged(pool, c2, p2, k);
    let d = (charged(pool, c2, p2, j) - sigma) / (1 + Math.abs(sigma));
    if (d < -SMALL) good[0].push([j, d]);
    if (d < Math.min(best2, -SMALL)) {
      best2 = d;
      enter2 = j;
    }
    if (enter2 < 0 && d <= SMALL) {
      sigma = charged(pool, c3, p3, k);
      d = (charged(pool, c3, p3, j) - sigma) / (1 + Math.abs(sigma));
      if (d < -SMALL) good[1].push([j, d]);
      if (d < Math.min(best3, -SMALL)) {
        best3 = d;
        enter3 = j;
      }
    }
  }
  for (let t = 0; t < b.p; t++) {
    const r = b.tight[t];
    if (p1[r] > SMALL * slack[0]) continue;
    let d = p2[r] / slack[1];
    if (d < Math.min(best2, -SMALL)) {
      best2 = d;
      enter2 = -1;
      loosen2 = t;
    }
    if (enter2 < 0 && loosen2 < 0 && d <= SMALL) {
      d = p3[r] / slack[2];
      if (d < Math.min(best3, -SMALL)) {
        best3 = d;
        enter3 = -1;
        loosen3 = t;
      }
    }
  }
  const byTie = enter2 >= 0 || loosen2 >= 0;
  listed.length = 0;
  const [most, own] = byTie ? [best2, good[0]] : [best3, good[1]];
  for (const [j, d] of own) if (d < 0.3 * most && listed.length < LISTED) listed.push(j);
  return byTie ? [enter2, loosen2] : [enter3, loosen3];
}

// Prices of commodities in tie cost and rank, and what is large among them.
function afterCost(pool, b, slack) {
  for (let level = 1; level < 3; level++) {
    slack[level] = 1;
    for (let k = 0; k < b.key.length; k++) {
      const sigma = charged(pool, pool.cost[level], b.price[level], b.key[k]);
      b.sigma[level][k] = sigma;
      slack[level] = Math.max(slack[level], Math.abs(sigma));
    }
  }
}

// The reduced costs of what enters.
function savings(pool, b, enter, loosen, saving) {
  for (let level = 0; level < 3; level++) {
    if (enter >= 0) {
      const cost = pool.cost[level];
      const price = b.price[level];
      saving[level] = charged(pool, cost, price, enter) - charged(pool, cost, price, b.key[pool.commodity[enter]]);
    } else {
      saving[level] = b.price[level][b.tight[loosen]];
    }
  }
}

// What happens to keys and limits for each unit of what enters.
function direct(pool, b, enter, u, m) {
  const { start, limit, unit, commodity } = pool;
  for (const k of m.keys) {
    m.keySeen[k] = 0;
    m.keyRate[k] = 0;
  }
  for (const r of m.limits) {
    m.limitSeen[r] = 0;
    m.limitRate[r] = 0;
  }
  m.keys.length = 0;
  m.limits.length = 0;
  const takes = (j, units) => {
    for (let e = start[j]; e < start[j + 1]; e++) {
      const r = limit[e];
      if (b.place[r] >= 0) continue;
      if (!m.limitSeen[r]) {
        m.limitSeen[r] = 1;
        m.limits.push(r);
      }
      m.limitRate[r] += units * unit[e];
    }
  };
  if (enter >= 0) {
    const k = commodity[enter];
    m.keys.push(k);
    m.keySeen[k] = 1;
    m.keyRate[k] = 1;
    takes(enter, 1);
  }
  for (let i = 0; i < b.p; i++) {
    if (u[i] === 0) continue;
    const j = b.other[i];
    const k = commodity[j];
    if (!m.keySeen[k]) {
      m.keySeen[k] = 1;
      m.keys.push(k);
    }
    m.keyRate[k] -= u[i];
    takes(j, -u[i]);
  }
  for (const k of m.keys) if (m.keyRate[k] !== 0) takes(b.key[k], -m.keyRate[k]);
}

// What blocks first when something comes in, and how much of it has come by then.
function blocked(b, bound, u, m, step) {
  let kind = -1;
  let number = -1;
  let b1 = Infinity;
  let b2 = Infinity;
  let strength = 0;
  const hold = (what, which, rate, x1, x2) => {
    const order = below(x1, x2, b1, b2);
    if (order > 0 || (order === 0 && rate > strength)) {
      kind = what;
      number = which;
      strength = rate;
      b1 = x1;
      b2 = x2;
    }
  };
  for (const k of m.keys) {
    const rate = m.keyRate[k];
    if (rate > PIVOT) hold(0, k, rate, clip(b.xKey[0][k]) / rate, b.xKey[1][k] / rate);
  }
  for (let i = 0; i < b.p; i++) {
    if (u[i] > PIVOT) hold(1, i, u[i], clip(b.xOther[0][i]) / u[i], b.xOther[1][i] / u[i]);
  }
  for (const r of m.limits) {
    const rate = m.limitRate[r];
    if (rate > PIVOT && bound[0][r] !== Infinity) {
      hold(2, r, rate, clip(bound[0][r] - b.use[0][r]) / rate, (bound[1][r] - b.use[1][r]) / rate);
    }
  }
  step[0] = b1;
  step[1] = b2;
  return [kind, number];
}

// Brings in what enters: changes all amounts and uses.
function move(b, bound, loosen, u, m, step) {
  for (let level = 0; level < 2; level++) {
    const by = step[level];
    if (by === 0) continue;
    for (const k of m.keys) b.xKey[level][k] -= m.keyRate[k] * by;
    for (let i = 0; i < b.p; i++) b.xOther[level][i] -= u[i] * by;
    for (const r of m.limits) b.use[level][r] += m.limitRate[r] * by;
  }
  if (loosen >= 0) {
    const r = b.tight[loosen];
    for (let level = 0; level < 2; level++) b.use[level][r] = bound[level][r] - step[level];
  }
}
