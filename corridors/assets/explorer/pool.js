// The paths seen so far as columns: the shortfall of each commodity first, then paths.
function grown(array, room) {
  const bigger = new array.constructor(room);
  bigger.set(array);
  return bigger;
}

class PathPool {
  constructor(p, unit, rank, rankOfCommodity, rankOfShortfall) {
    this.p = p;
    this.rank = rank;
    this.rankOfCommodity = rankOfCommodity;
    const { start, star } = forwardStar(p.memberArc, p.nArcs);
    this.memberStart = start;
    this.memberLimit = Int32Array.from(star, (e) => p.memberLimit[e]);
    this.memberClass = Int32Array.from(star, (e) => p.memberClass[e]);
    this.memberUnit = Float64Array.from(star, (e) => unit[e]);
    this.taken = new Int32Array(p.nLimits).fill(-1);
    this.known = new Map();
    this.keys = [];
    this.paths = [];
    const k = p.nCommodities;
    this.fixed = k;
    this.size = k;
    const room = 4 * k + 64;
    this.commodity = new Int32Array(room);
    for (let j = 0; j < k; j++) this.commodity[j] = j;
    this.start = new Int32Array(room + 1);
    this.cost = [0, 1, 2].map(() => new Float64Array(room));
    this.cost[2].set(rankOfShortfall);
    this.banned = new Uint8Array(room);
    this.limit = new Int32Array(16 * room);
    this.unit = new Float64Array(16 * room);
    this.older = new Int32Array(16 * room);
    this.owner = new Int32Array(16 * room);
    this.newest = new Int32Array(p.nLimits).fill(-1);
  }

  // Brings costs and closures to those of a problem.
  load(p, openCost) {
    this.cost[0].set(p.penalty);
    for (let j = this.fixed; j < this.size; j++) this.price(j, p);
    this.ban(p, openCost);
  }

  price(j, p) {
    const k = this.commodity[j];
    const base = p.klass[k] * p.nArcs;
    let cost = 0;
    let tie = 0;
    let rank = 0;
    for (const arc of this.paths[j - this.fixed]) {
      // A path may lead over what its cargo may no longer use: it is banned, and costs nothing there.
      const own = p.cost[base + arc];
      cost += own === Infinity ? 0 : own;
      tie += p.tie[base + arc];
      rank += this.rank[arc];
    }
    this.cost[0][j] = cost;
    this.cost[1][j] = tie;
    this.cost[2][j] = rank * this.rankOfCommodity[k];
  }

  ban(p, openCost) {
    for (let j = this.fixed; j < this.size; j++) {
      const base = p.klass[this.commodity[j]] * p.nArcs;
      let shut = 0;
      for (const arc of this.paths[j - this.fixed]) {
        if (openCost[base + arc] === Infinity) {
          shut = 1;
          break;
        }
      }
      this.banned[j] = shut;
    }
  }

  // Adds paths, each [commodity, arcs], that the pool does not hold yet; says how many were new.
  add(found, p) {
    let count = 0;
    for (const [k, arcs] of found) {
      const key = `${k}:${arcs.join()}`;
      if (this.known.has(key)) continue;
      this.known.set(key, this.size);
      this.keys.push(key);
      this.append(k, Int32Array.from(arcs), p);
      count++;
    }
    return count;
  }

  append(k, arcs, p) {
    const j = this.size;
    this.makeRoom(arcs);
    const { taken, limit, unit, memberStart, memberLimit, memberClass, memberUnit } = this;
    let n = this.start[j];
    for (const arc of arcs) {
      for (let e = memberStart[arc]; e < memberStart[arc + 1]; e++) {
        if (memberClass[e] >= 0 && memberClass[e] !== p.klass[k]) continue;
        const r = memberLimit[e];
        if (taken[r] < 0) {
          taken[r] = n;
          limit[n] = r;
          unit[n] = 0;
          n++;
        }
        unit[taken[r]] += memberUnit[e];
      }
    }
    for (let e = this.start[j]; e < n; e++) {
      taken[limit[e]] = -1;
      this.older[e] = this.newest[limit[e]];
      this.newest[limit[e]] = e;
      this.owner[e] = j;
    }
    this.commodity[j] = k;
    this.start[j + 1] = n;
    this.banned[j] = 0;
    this.paths.push(arcs);
    this.size = j + 1;
    this.price(j, p);
  }

  makeRoom(arcs) {
    if (this.size + 1 > this.commodity.length) {
      const room = 2 * this.commodity.length + 1;
      this.commodity = grown(this.commodity, room);
      this.start = grown(this.start, room + 1);
      this.banned = grown(this.banned, room);
      this.cost = this.cost.map((level) => grown(level, room));
    }
    let most = 0;
    for (const arc of arcs) most += this.memberStart[arc + 1] - this.memberStart[arc];
    if (this.start[this.size] + most > this.limit.length) {
      const room = 2 * this.limit.length + most;
      for (const name of ['limit', 'unit', 'older', 'owner']) this[name] = grown(this[name], room);
    }
  }

  // Forgets all columns from number `size` on.
  shorten(size) {
    for (const key of this.keys.splice(size - this.fixed)) this.known.delete(key);
    this.paths.length = size - this.fixed;
    this.size = size;
    const end = this.start[size];
    for (let r = 0; r < this.newest.length; r++) {
      while (this.newest[r] >= end) this.newest[r] = this.older[this.newest[r]];
    }
  }

  path(j) {
    return j < this.fixed ? [] : this.paths[j - this.fixed];
  }
}
