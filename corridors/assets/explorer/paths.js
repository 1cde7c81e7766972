// Shortest paths: pricing and what is left to go (Dijkstra 1959; Hart, Nilsson and Raphael 1968).
const TOLERANCE = 1e-9;

// Groups arcs by one of their ends: the arcs of node n are star[start[n]..start[n + 1]].
function forwardStar(ends, nNodes) {
  const start = new Int32Array(nNodes + 1);
  for (let a = 0; a < ends.length; a++) start[ends[a] + 1]++;
  for (let n = 0; n < nNodes; n++) start[n + 1] += start[n];
  const next = start.slice(0, nNodes);
  const star = new Int32Array(ends.length);
  for (let a = 0; a < ends.length; a++) star[next[ends[a]]++] = a;
  return { start, star };
}

// A binary heap of nodes by keys (Williams 1964); a node whose key fell is put on once more.
class Heap {
  constructor(room) {
    this.keys = new Float64Array(room);
    this.nodes = new Int32Array(room);
    this.size = 0;
    this.key = 0;
  }

  push(key, node) {
    const { keys, nodes } = this;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent] <= key) break;
      keys[i] = keys[parent];
      nodes[i] = nodes[parent];
      i = parent;
    }
    keys[i] = key;
    nodes[i] = node;
  }

  // Takes the node of least key, which is left in `key`.
  pop() {
    const { keys, nodes } = this;
    const top = nodes[0];
    this.key = keys[0];
    const size = --this.size;
    const key = keys[size];
    const node = nodes[size];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      keys[i] = keys[child];
      nodes[i] = nodes[child];
      i = child;
    }
    keys[i] = key;
    nodes[i] = node;
    return top;
  }
}

// What limits charge at their prices, added to weights by class and arc, in place.
function addCharges(weight, price, p, unit) {
  const { memberLimit, memberArc, memberClass, nArcs, nClasses } = p;
  for (let e = 0; e < memberLimit.length; e++) {
    const charge = price[memberLimit[e]] * unit[e];
    if (charge === 0) continue;
    if (memberClass[e] < 0) {
      for (let c = 0; c < nClasses; c++) weight[c * nArcs + memberArc[e]] += charge;
    } else {
      weight[memberClass[e] * nArcs + memberArc[e]] += charge;
    }
  }
  return weight;
}

// Costs with Infinity wherever an arc is closed, or a limit of 0 has taken it away.
function openCosts(p) {
  const cost = p.cost.slice();
  const { nArcs, nClasses } = p;
  const shut = (a) => {
    for (let c = 0; c < nClasses; c++) cost[c * nArcs + a] = Infinity;
  };
  for (let a = 0; a < nArcs; a++) if (p.closed[a]) shut(a);
  for (let e = 0; e < p.memberLimit.length; e++) {
    if (p.bound[p.memberLimit[e]] > 0 || p.memberFactor[e] <= 0) continue;
    if (p.memberClass[e] < 0) shut(p.memberArc[e]);
    else cost[p.memberClass[e] * nArcs + p.memberArc[e]] = Infinity;
  }
  return cost;
}

const MOST_BOUNDS = 3e7;

class Pricing {
  constructor(p) {
    this.p = p;
    this.out = forwardStar(p.tail, p.nNodes);
    this.into = forwardStar(p.head, p.nNodes);
    this.heap = new Heap(p.nArcs + 2);
    this.dist = new Float64Array(p.nNodes).fill(Infinity);
    this.pred = new Int32Array(p.nNodes).fill(-1);
    this.done = new Int8Array(p.nNodes);
    this.touched = new Int32Array(p.nNodes + 1);
    this.nTouched = 0;
    this.aimedAt = null;
    const known = new Map();
    this.aimOf = new Int32Array(p.nCommodities);
    this.ends = [];
    for (let k = 0; k < p.nCommodities; k++) {
      const key = p.destination[k] * p.nClasses + p.klass[k];
      if (!known.has(key)) {
        known.set(key, this.ends.length);
        this.ends.push([p.destination[k], p.klass[k]]);
      }
      this.aimOf[k] = known.get(key);
    }
    this.togo = null;
    this.aim(p.cost);
  }

  // Lower bounds of what is left to go from each node; they hold while nothing is cheaper.
  aim(cost) {
    const { p } = this;
    const n = p.nNodes;
    if (this.ends.length * n > MOST_BOUNDS) return;
    if (this.aimedAt) {
      let holds = true;
      for (let i = 0; holds && i < cost.length; i++) holds = cost[i] >= this.aimedAt[i];
      if (holds) return;
    }
    const { start, star } = this.into;
    const heap = this.heap;
    const togo = this.togo || new Float64Array(this.ends.length * n);
    togo.fill(Infinity);
    this.ends.forEach(([target, c], q) => {
      const row = q * n;
      const base = c * p.nArcs;
      togo[row + target] = 0;
      heap.size = 0;
      heap.push(0, target);
      while (heap.size > 0) {
        const node = heap.pop();
        const key = heap.key;
        if (key > togo[row + node]) continue;
        for (let s = start[node]; s < start[node + 1]; s++) {
          const arc = star[s];
          const far = key + cost[base + arc];
          const other = row + p.tail[arc];
          if (far < togo[other]) {
            togo[other] = far;
            heap.push(far, p.tail[arc]);
          }
        }
      }
    });
    // A hair shorter, so that rounding cannot make them longer than a path.
    for (let i = 0; i < togo.length; i++) togo[i] *= 1 - 1e-12;
    this.togo = togo;
    this.aimedAt = cost.slice();
  }

  // Settles nodes from the origin of a commodity to its destination and `beyond` further.
  settle(k, weight, limit, beyond) {
    const { p, heap, dist, pred, done, touched, togo } = this;
    const { start, star } = this.out;
    const aimed = togo !== null;
    const row = this.aimOf[k] * p.nNodes;
    const base = p.klass[k] * p.nArcs;
    const origin = p.origin[k];
    const target = p.destination[k];
    let reach = limit;
    let n = 0;
    done[target] = 1;
    dist[origin] = 0;
    touched[n++] = origin;
    this.nTouched = n;
    const first = aimed ? togo[row + origin] : 0;
    if (first > reach) return;
    heap.size = 0;
    heap.push(first, origin);
    while (heap.size > 0) {
      const node = heap.pop();
      const key = heap.key;
      if (done[node] === 2) continue;
      if (key > reach) break;
      if (done[node] === 1) {
        if (beyond < 0) {
          done[node] = 2;
          break;
        }
        reach = Math.min(reach, key + beyond);
      }
      done[node] = 2;
      const here = dist[node];
      for (let s = start[node]; s < start[node + 1]; s++) {
        const arc = star[s];
        const w = weight[base + arc];
        if (w === Infinity) continue;
        const other = p.head[arc];
        if (done[other] === 2) continue;
        const far = here + w;
        if (far < dist[other]) {
          const guess = aimed ? far + togo[row + other] : far;
          if (guess > reach) continue;
          if (dist[other] === Infinity) touched[n++] = other;
          dist[other] = far;
          pred[other] = arc;
          heap.push(guess, other);
        }
      }
    }
    this.nTouched = n;
  }

  unsettle(k) {
    const { dist, pred, done, touched } = this;
    done[this.p.destination[k]] = 0;
    for (let i = 0; i < this.nTouched; i++) {
      dist[touched[i]] = Infinity;
      pred[touched[i]] = -1;
      done[touched[i]] = 0;
    }
  }

  // Each commodity's cheapest path where that is below a ceiling: [commodity, arcs] each.
  cheapest(weight, ceiling) {
    const { p } = this;
    const found = [];
    for (let k = 0; k < p.nCommodities; k++) {
      if (!(ceiling[k] > 0)) continue;
      this.settle(k, weight, ceiling[k], -1);
      let node = p.destination[k];
      if (this.done[node] === 2 && this.dist[node] < ceiling[k]) {
        const arcs = [];
        while (node !== p.origin[k]) {
          arcs.push(this.pred[node]);
          node = p.tail[this.pred[node]];
        }
        found.push([k, arcs.reverse()]);
      }
      this.unsettle(k);
    }
    return found;
  }
}
