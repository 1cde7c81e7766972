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
    let tieCost = 0;
    let ranks = 0;
    for (const arc of own.arcs) {
      tieCost += tie[base + arc] + charge2[base + arc];
      ranks += rank[arc] * scale + charge3[base + arc];
    }
    return { tieCost, rank: ranks, arcs: own.arcs.slice().reverse() };
  }
  // Only arcs from which the destination can be reached count.
  const leads = new Set([target]);
  let moved = target !== origin;
  while (moved) {
    moved = false;
    for (let i = own.arcs.length - 1; i >= 0; i--) {
      const a = tail[own.arcs[i]];
      const b = head[own.arcs[i]];
      if (leads.has(b) && b !== origin && !leads.has(a)) {
        leads.add(a);
        moved = true;
      }
    }
  }
  const far = new Map([[origin, 0]]);
  const ranks = new Map([[origin, 0]]);
  const pred = new Map();
  moved = true;
  for (let rounds = 0; moved && rounds <= leads.size; rounds++) {
    moved = false;
    for (const arc of own.arcs) {
      const a = tail[arc];
      const b = head[arc];
      if (!leads.has(b) || b === origin || !far.has(a)) continue;
      const newFar = far.get(a) + tie[base + arc] + charge2[base + arc];
      const newRank = ranks.get(a) + rank[arc] * scale + charge3[base + arc];
      const old = far.has(b) ? far.get(b) : Infinity;
      const near = 1e-11 * (1 + Math.abs(newFar));
      let better = newFar < old - near;
      if (!better && newFar <= old + near) better = newRank < ranks.get(b) - 1e-12 * (1 + Math.abs(newRank));
      if (better) {
        far.set(b, newFar);
        ranks.set(b, newRank);
        pred.set(b, arc);
        moved = true;
      }
    }
  }
  if (!far.has(target)) return null;
  const arcs = [];
  let node = target;
  // A cycle of length 0 could make the labels run in a ring: then there is no path.
  while (node !== origin && arcs.length <= leads.size) {
    arcs.push(pred.get(node));
    node = tail[pred.get(node)];
  }
  if (node !== origin) return null;
  return { tieCost: far.get(target), rank: ranks.get(target), arcs: arcs.reverse() };
}
