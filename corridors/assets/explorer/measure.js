// What an answer says in tonnes, hours and dollars, and what became of each demand.
const TRACE = 1e-6;

// Routes by demand, told apart by the links and transfers that they use.
function routesOf(questions, p, answer) {
  const { arrays: x, nArcs } = questions;
  const routes = Array.from({ length: p.nCommodities }, () => new Map());
  for (const { commodity, arcs, amount } of answer.paths) {
    const base = p.klass[commodity] * nArcs;
    let usd = 0;
    let hours = 0;
    const key = [];
    for (const a of arcs) {
      usd += p.usd[base + a];
      hours += p.hours[base + a];
      if (x.arc_type[a] === LINK || x.arc_type[a] === TRANSFER) key.push(`${x.arc_type[a]}/${x.arc_row[a]}`);
    }
    const t = amount * x.t_per_unit[p.klass[commodity]];
    routes[commodity].set(key.join(), { t, units: amount, usd, hours, arcs: Array.from(arcs) });
  }
  return routes;
}

// Totals of a day, and by demand what is wanted and served, in tonnes.
function totals(questions, p, answer) {
  const { arrays: x } = questions;
  const routes = routesOf(questions, p, answer);
  const wanted = Float64Array.from(p.amount, (units, k) => units * x.t_per_unit[p.klass[k]]);
  const short = Float64Array.from(answer.shortfall, (units, k) => units * x.t_per_unit[p.klass[k]]);
  const sum = { demand_t: 0, short_t: 0, served_t: 0, usd: 0, t_hours: 0, time_usd: 0, loss_usd: 0 };
  for (let k = 0; k < p.nCommodities; k++) {
    sum.demand_t += wanted[k];
    sum.short_t += short[k];
    sum.loss_usd += answer.shortfall[k] * p.penalty[k];
    for (const { t, units, usd, hours } of routes[k].values()) {
      sum.served_t += t;
      sum.usd += units * usd;
      sum.t_hours += t * hours;
      sum.time_usd += units * hours * x.usd_per_hour[p.klass[k]];
    }
  }
  sum.mean_hours = sum.served_t > 0 ? sum.t_hours / sum.served_t : 0;
  return { routes, wanted, short, sum };
}

// Of each demand: kept its route, rerouted, lost, gained; as `corridors.compare` has it.
function compareTotals(before, after) {
  const n = before.wanted.length;
  const column = () => new Float64Array(n);
  const found = {
    kept: column(), rerouted: column(), lost: column(), gained: column(), withdrawn: column(),
    added_hours: column(), added_usd: column(),
  };
  const or0 = (t) => (t > TRACE ? t : 0);
  for (let k = 0; k < n; k++) {
    const [was, now] = [before.routes[k], after.routes[k]];
    let kept = 0;
    for (const [key, { t }] of was) if (now.has(key)) kept += Math.min(t, now.get(key).t);
    const servedBefore = before.wanted[k] - before.short[k];
    const served = after.wanted[k] - after.short[k];
    let rerouted = Math.max(Math.min(servedBefore, served) - kept, 0);
    if (rerouted < TRACE) {
      kept = Math.min(servedBefore, served);
      rerouted = 0;
    }
    const withdrawn = Math.max(before.wanted[k] - after.wanted[k], 0);
    found.kept[k] = kept;
    found.rerouted[k] = rerouted;
    found.withdrawn[k] = or0(withdrawn);
    found.lost[k] = or0(Math.max(servedBefore - served, 0) - withdrawn);
    found.gained[k] = or0(served - servedBefore);
    // What a route lost goes to those that gained in proportion to their gain.
    const losses = [];
    const gains = [];
    for (const key of new Set([...was.keys(), ...now.keys()])) {
      const change = (now.has(key) ? now.get(key).t : 0) - (was.has(key) ? was.get(key).t : 0);
      if (change < -TRACE) losses.push([was.get(key), -change]);
      else if (change > TRACE) gains.push([now.get(key), change]);
    }
    const total = (moves) => moves.reduce((sum, [, t]) => sum + t, 0);
    const [lost, gained] = [total(losses), total(gains)];
    if (!losses.length || !gains.length) continue;
    const share = Math.min(lost, gained) / lost / gained;
    let hours = 0;
    for (const [left, loss] of losses) {
      for (const [taken, gain] of gains) {
        const t = share * loss * gain;
        hours += t * (taken.hours - left.hours);
        found.added_usd[k] += ((taken.usd - left.usd) * t * left.units) / left.t;
      }
    }
    found.added_hours[k] = rerouted > TRACE ? hours / rerouted : 0;
  }
  return found;
}

// Tonnes a day by arc, and by class and arc where there are any.
function tonnes(questions, p, flow) {
  const { arrays: x, nArcs, nClasses } = questions;
  const total = new Float64Array(nArcs);
  const parts = { arc: [], cargo: [], t: [] };
  for (let c = 0; c < nClasses; c++) {
    for (let a = 0; a < nArcs; a++) {
      const units = flow[c * nArcs + a];
      if (units === 0) continue;
      const t = units * x.t_per_unit[c];
      total[a] += t;
      parts.arc.push(a);
      parts.cargo.push(c);
      parts.t.push(t);
    }
  }
  return { total, parts };
}
