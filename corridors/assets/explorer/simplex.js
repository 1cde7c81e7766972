// The simplex method for programs over paths: the dual method drives out what is outside its
// bounds, then the primal one brings in what improves the answer.
const OPTIMAL = 0;
const SINGULAR = 1;
const STUCK = 2;
const TOO_LONG = 3;
const REFRESH = 100;
// What costs must differ by once ties are being decided: columns that are equal within a hair change
// places then, and what a few such hairs add up to would undo what has been decided.
const LATE = 1e-8;

// Brings a basis to the optimum over the columns at hand; returns how it ended.
function optimise(pool, b, amount, bound, fresh, most) {
  const nColumns = pool.size;
  const nKeys = b.key.length;
  const nLimits = bound[0].length;
  const m = new Motion(nKeys, nLimits);
  const ones = (n) => new Float64Array(n).fill(1);
  const w = { key: ones(nKeys), other: ones(b.room), limit: ones(nLimits) };
  const slack = ones(3);
  const step = new Float64Array(2);
  const saving = new Float64Array(3);
  const row = new PivotRow(nColumns);
  const reduced = new Float64Array(nColumns);
  const listed = [];
  const listedTied = [];
  let stale = fresh ? REFRESH : 0;
  let tied = null;
  let repairs = 0;
  let near = SMALL;
  // Values may be carried or fresh; reduced costs may be absent, or as good as prices.
  let carried = true;
  let known = false;
  // Once all is inside its bounds the primal method keeps it there.
  let started = false;
  let scaled = false;
  let weighed = false;
  let inside = false;
  let kind = -1;
  let number = -1;
  let sign = 1;
  for (let count = 0; count < most; count++) {
    if (stale >= REFRESH) {
      if (!refresh(pool, b, amount, bound, true)) return SINGULAR;
      stale = 0;
      carried = known = inside = false;
      tied = null;
    } else if (!started) {
      byInverse(pool, b, amount, bound);
      carried = false;
    }
    if (!started) {
      started = true;
      if (replaceBannedKeys(pool, nColumns, b)) byInverse(pool, b, amount, bound);
    }
    if (!inside) {
      [kind, number, sign] = worstOutside(pool, b, amount, bound, w);
      inside = kind < 0;
    }
    let enter = -1;
    let loosen = -1;
    let leave = -1;
    let tighten = -1;
    let alone = -1;
    let good;
    let u = null;
    if (!inside) {
      listed.length = 0;
      tied = null;
      if (!known) {
        allReduced(pool, nColumns, b, reduced);
        weighed = false;
        known = true;
      }
      let loss;
      ({ enter, loosen, leave, tighten, alone, loss } = replacement(
        pool, b, kind, number, sign, row, reduced, w,
      ));
      good = enter >= 0 || loosen >= 0;
      if (good) {
        u = enter >= 0 ? enteringColumn(pool, b, enter) : lineOf(b, loosen);
        direct(pool, b, enter, u, m);
        savings(pool, b, enter, loosen, saving);
        for (let level = 0; level < 2; level++) {
          if (alone >= 0) step[level] = b.xKey[level][alone] / m.keyRate[alone];
          else if (leave >= 0) step[level] = b.xOther[level][leave] / u[leave];
          else step[level] = (bound[level][tighten] - b.use[level][tighten]) / m.limitRate[tighten];
        }
        if (loss !== 0) {
          for (let i = 0; i < row.size; i++) reduced[row.columns[i]] -= loss * row.alpha[row.columns[i]];
        }
        if (enter >= 0) reduced[enter] = 0;
        good = Number.isFinite(step[0]) && Number.isFinite(step[1]);
      }
      if (good) {
        weigh(b, w, loosen, leave, tighten, alone, u, m);
        move(b, bound, loosen, u, m, step);
      }
    } else {
      let byCost = true;
      if (listed.length) [enter, loosen] = bestCandidate(pool, b, slack, listed, near);
      if (enter < 0 && loosen < 0) {
        if (!known) {
          allReduced(pool, nColumns, b, reduced);
          weighed = false;
          known = true;
          tied = null;
        }
        if (!weighed) {
          slack[0] = 1;
          for (let k = 0; k < nKeys; k++) {
            if (amount[0][k] > 0) slack[0] = Math.max(slack[0], 0.1 * Math.abs(b.sigma[0][k]));
          }
          weighed = true;
        }
        if (!tied) [enter, loosen] = cheaper(pool, nColumns, b, slack, reduced, listed, near);
        if (enter < 0 && loosen < 0) {
          // No cost can be saved; what follows only chooses between equal costs.
          byCost = false;
          near = LATE;
          if (!scaled) {
            afterCost(pool, b, slack);
            scaled = true;
          }
          if (!tied) {
            tied = tiedColumns(pool, nColumns, b, reduced);
            listedTied.length = 0;
          }
          if (listedTied.length) [enter, loosen] = betterTied(pool, b, slack, listedTied, []);
          if (enter < 0 && loosen < 0) [enter, loosen] = betterTied(pool, b, slack, tied, listedTied);
        }
        if (enter < 0 && loosen < 0) {
          if (!carried) {
            afterCost(pool, b, slack);
            return OPTIMAL;
          }
          byInverse(pool, b, amount, bound);
          carried = known = inside = false;
          tied = null;
          continue;
        }
      }
      u = enter >= 0 ? enteringColumn(pool, b, enter) : lineOf(b, loosen);
      direct(pool, b, enter, u, m);
      savings(pool, b, enter, loosen, saving);
      if (byCost) {
        known = false;
        tied = null;
      } else {
        saving[0] = 0;
      }
      [kind, number] = blocked(b, bound, u, m, step);
      good = kind >= 0;
      if (good) move(b, bound, loosen, u, m, step);
      if (kind === 0) {
        leave = swapKey(pool, b, number);
        if (leave < 0) {
          alone = number;
          good = enter >= 0 && pool.commodity[enter] === number;
        } else {
          u[leave] = m.keyRate[number];
        }
      } else if (kind === 1) {
        leave = number;
      } else {
        tighten = number;
      }
    }
    if (tied) {
      // What leaves may come back.
      if (alone >= 0) tied.push(b.key[alone]);
      else if (leave >= 0) tied.push(b.other[leave]);
    }
    if (good && alone >= 0) {
      b.state[b.key[alone]] = 0;
      b.key[alone] = enter;
      b.state[enter] = 1;
      for (let level = 0; level < 2; level++) b.xKey[level][alone] = step[level];
    } else if (good) {
      good = exchange(pool, b, enter, loosen, leave, tighten, u, step, saving);
      if (good && tighten >= 0) {
        for (let level = 0; level < 2; level++) b.use[level][tighten] = bound[level][tighten];
      }
    }
    stale++;
    carried = true;
    if (!good) {
      // Often only the inverse has drifted; once it is fresh there is no excuse.
      repairs++;
      if (stale === 1 || repairs > 5) return STUCK;
      stale = REFRESH;
    }
  }
  return TOO_LONG;
}

function lineOf(b, t) {
  const u = new Float64Array(b.room);
  u.set(b.inverse.subarray(t * b.room, t * b.room + b.p));
  return u;
}
