// The proof of an answer, from the answer alone: nothing here is shared with the engine.
//
// For any prices no answer can cost less than what each commodity would pay on its cheapest
// path under costs and prices, or its loss where that is less, less what the limits are worth.
function prove(p, answer) {
  const { paths, shortfall, price } = answer;
  const n = p.nArcs;
  const weight = p.cost.slice();
  const open = new Uint8Array(p.nClasses * n).fill(1);
  for (let c = 0; c < p.nClasses; c++) for (let a = 0; a < n; a++) if (p.closed[a]) open[c * n + a] = 0;
  const used = new Float64Array(p.nLimits);
  const flow = new Float64Array(p.nClasses * n);
  const served = new Float64Array(p.nCommodities);
  let broken = 0;
  let cost = 0;
  for (const { commodity, arcs, amount } of paths) {
    let node = p.origin[commodity];
    const base = p.klass[commodity] * n;
    for (const a of arcs) {
      if (p.tail[a] !== node) broken = Infinity;
      node = p.head[a];
      flow[base + a] += amount;
      cost += p.cost[base + a] * amount;
    }
    if (node !== p.destination[commodity] || amount < 0) broken = Infinity;
    served[commodity] += amount;
  }
  const pays = new Float64Array(p.nClasses * n);
  for (let e = 0; e < p.memberLimit.length; e++) {
    const r = p.memberLimit[e];
    const classes = p.memberClass[e] < 0 ? [...Array(p.nClasses).keys()] : [p.memberClass[e]];
    for (const c of classes) {
      const i = c * n + p.memberArc[e];
      used[r] += p.memberFactor[e] * flow[i];
      pays[i] += p.memberFactor[e] * price[r];
      if (p.bound[r] <= 0 && p.memberFactor[e] > 0) open[i] = 0;
    }
  }
  let closedFlow = 0;
  for (let i = 0; i < weight.length; i++) {
    if (!open[i]) closedFlow += flow[i];
    weight[i] = open[i] ? weight[i] + pays[i] : Infinity;
  }
  let loss = 0;
  let balance = broken;
  for (let k = 0; k < p.nCommodities; k++) {
    loss += p.penalty[k] * shortfall[k];
    balance = Math.max(balance, Math.abs(served[k] + shortfall[k] - p.amount[k]) / (1 + p.amount[k]));
  }
  let over = 0;
  let worth = 0;
  let negative = 0;
  for (let r = 0; r < p.nLimits; r++) {
    if (p.bound[r] === Infinity) continue;
    over = Math.max(over, (used[r] - p.bound[r]) / (1 + p.bound[r]));
    worth += price[r] * p.bound[r];
    negative = Math.max(negative, -price[r]);
  }
  let bound = -worth;
  const groups = new Map();
  for (let k = 0; k < p.nCommodities; k++) {
    const key = p.origin[k] * p.nClasses + p.klass[k];
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(k);
  }
  const trees = new PlainTrees(p);
  for (const own of groups.values()) {
    const targets = own.map((k) => p.destination[k]);
    const dist = trees.grow(weight, p.klass[own[0]] * n, p.origin[own[0]], targets);
    for (const k of own) bound += p.amount[k] * Math.min(p.penalty[k], dist[p.destination[k]]);
  }
  const objective = cost + loss;
  const gap = (objective - bound) / (1 + Math.abs(objective));
  const ok = Math.abs(gap) < 1e-6 && balance < 1e-6 && over < 1e-6 && negative === 0 && closedFlow === 0;
  return { ok, objective, bound, gap, balance, over, closedFlow, used, flow, loss };
}

// Distances from a node until all targets are reached (Dijkstra 1959), with a heap of four
// children to a node in which each node stands once.
class PlainTrees {
  constructor(p) {
    this.p = p;
    this.out = Array.from({ length: p.nNodes }, () => []);
    for (let a = 0; a < p.nArcs; a++) this.out[p.tail[a]].push(a);
    this.dist = new Float64Array(p.nNodes);
    this.where = new Int32Array(p.nNodes);
    this.heap = new Int32Array(p.nNodes);
    this.wanted = new Uint8Array(p.nNodes);
  }

  grow(weight, base, origin, targets) {
    const { dist, where, heap, wanted, out, p } = this;
    dist.fill(Infinity);
    where.fill(-1);
    let left = 0;
    for (const t of targets) {
      if (!wanted[t]) left++;
      wanted[t] = 1;
    }
    let size = 1;
    dist[origin] = 0;
    heap[0] = origin;
    where[origin] = 0;
    while (size > 0 && left > 0) {
      const node = heap[0];
      if (wanted[node]) {
        wanted[node] = 0;
        left--;
      }
      const last = heap[--size];
      let at = 0;
      for (let first = 1; size > 0; first = 4 * at + 1) {
        if (first >= size) break;
        let least = first;
        for (let c = first + 1; c < first + 4 && c < size; c++) if (dist[heap[c]] < dist[heap[least]]) least = c;
        if (dist[heap[least]] >= dist[last]) break;
        heap[at] = heap[least];
        where[heap[at]] = at;
        at = least;
      }
      if (size > 0) {
        heap[at] = last;
        where[last] = at;
      }
      for (const a of out[node]) {
        const far = dist[node] + weight[base + a];
        const other = p.head[a];
        if (!(far < dist[other])) continue;
        dist[other] = far;
        if (where[other] < 0) where[other] = size++;
        let i = where[other];
        while (i > 0) {
          const up = (i - 1) >> 2;
          if (dist[heap[up]] <= far) break;
          heap[i] = heap[up];
          where[heap[i]] = i;
          i = up;
        }
        heap[i] = other;
        where[other] = i;
      }
    }
    for (const t of targets) wanted[t] = 0;
    return dist;
  }
}
