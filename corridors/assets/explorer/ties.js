// Paths of equal cost, and the best of them by tie cost, then rank.

// The arcs that lie on a cheapest path of a commodity, after `settle`: {arcs, single} or null.
function tightSubgraph(pricing, k, weight, ceiling, near) {
  const { p, dist } = pricing;
  const { start, star } = pricing.into;
  const base = p.klass[k] * p.nArcs;
  const origin = p.origin[k];
  let node = p.destination[k];
  if (!(dist[node] <= ceiling)) return null;
  // Mostly there is one way back, which is then all there is.
  const line = [];
  let alone = true;
  while (alone && node !== origin) {
    let found = -1;
    for (let s = start[node]; s < start[node + 1]; s++) {
      const arc = star[s];
      if (dist[p.tail[arc]] + weight[base + arc] <= dist[node] + near) {
        alone = found < 0;
        found = arc;
        if (!alone) break;
      }
    }
    alone = alone && found >= 0 && line.length < p.nNodes;
    if (alone) {
      line.push(found);
      node = p.tail[found];
    }
  }
  if (alone) return { arcs: line, single: true };
  const arcs = [];
  const seen = new Set([p.destination[k]]);
  const stack = [p.destination[k]];
  while (stack.length) {
    node = stack.pop();
    for (let s = start[node]; s < start[node + 1]; s++) {
      const arc = star[s];
      const before = p.tail[arc];
      if (dist[before] + weight[base + arc] <= dist[node] + near) {
        arcs.push(arc);
        if (!seen.has(before)) {
          seen.add(before);
          stack.push(before);
        }
      }
    }
  }
  // A sort that keeps the order of equals, as the engine's.
  arcs.sort((a, b) => dist[p.tail[a]] - dist[p.tail[b]]);
  return { arcs, single: false };
}

// The path of least tie cost, then rank, within a subgraph (label correcting, Bellman 1958).
function bestTied(p, k, own, rank, scale, charge2, charge3) {
  const base = p.klass[k] * p.nArcs;
  const origin = p.origin[k];
  const target = p.destination[k];
  const { tail, head, tie } = p;
  if (own.single) {
    // The same path for all that ask: only the scale of the rank is their own.
    if (own.tieCost === undefined) {
      own.path = own.arcs.slice().reverse();
      [own.tieCost, own.ranks, own.charges] = [0, 0, 0];
      for (const arc of own.arcs) {
        own.tieCost += tie[base + arc] + charge2[base + arc];
        own.ranks += rank[arc];
        own.charges += charge3[base + arc];
      }
    }
    return { tieCost: own.tieCost, rank: own.ranks * scale + own.charges, arcs: own.path };
  }
  if (!own.usable) own.usable = usableArcs(p, origin, target, own.arcs);
  const { arcs: usable, nodes } = own.usable;
  const { far, ranks, pred } = scratch(p.nNodes);
  far[origin] = 0;
  ranks[origin] = 0;
  let moved = true;
  for (let rounds = 0; moved && rounds <= nodes; rounds++) {
    moved = false;
    for (const arc of usable) {
      const a = tail[arc];
      const b = head[arc];
      if (far[a] === Infinity) continue;
      const newFar = far[a] + tie[base + arc] + charge2[base + arc];
      const newRank = ranks[a] + rank[arc] * scale + charge3[base + arc];
      const near = 1e-11 * (1 + Math.abs(newFar));
      let better = newFar < far[b] - near;
      if (!better && newFar <= far[b] + near) better = newRank < ranks[b] - 1e-12 * (1 + Math.abs(newRank));
      if (better) {
        far[b] = newFar;
        ranks[b] = newRank;
        pred[b] = arc;
        moved = true;
      }
    }
  }
  const found = far[target] < Infinity ? { tieCost: far[target], rank: ranks[target], arcs: [] } : null;
  let node = target;
  // A cycle of length 0 could make the labels run in a ring: then there is no path.
  while (found && node !== origin && found.arcs.length <= nodes) {
    found.arcs.push(pred[node]);
    node = tail[pred[node]];
  }
  far[origin] = Infinity;
  for (const arc of usable) far[head[arc]] = Infinity;
  if (!found || node !== origin) return null;
  found.arcs.reverse();
  return found;
}

// The arcs of a subgraph from which its destination can be reached, and how many nodes they join.
function usableArcs(p, origin, target, arcs) {
  const leads = new Set([target]);
  for (let moved = target !== origin; moved; ) {
    moved = false;
    for (let i = arcs.length - 1; i >= 0; i--) {
      const a = p.tail[arcs[i]];
      const b = p.head[arcs[i]];
      if (leads.has(b) && b !== origin && !leads.has(a)) {
        leads.add(a);
        moved = true;
      }
    }
  }
  return { arcs: arcs.filter((arc) => leads.has(p.head[arc]) && p.head[arc] !== origin), nodes: leads.size };
}

// Labels of nodes, whose distances are infinite between two uses.
let labels = null;

function scratch(nNodes) {
  if (!labels || labels.far.length < nNodes) {
    labels = { far: new Float64Array(nNodes).fill(Infinity), ranks: new Float64Array(nNodes), pred: new Int32Array(nNodes) };
  }
  return labels;
}
