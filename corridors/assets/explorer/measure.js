// What an answer says in tonnes, hours and dollars, and what became of each demand.
const TRACE = 1e-6;
// A share of a total below which a part of it is how a computer adds.
const UNSEEN = 1e-7;

// Routes by demand, told apart by the links and transfers that they use.
function routesOf(questions, p, whole) {
  const { arrays: x, nArcs } = questions;
  const routes = Array.from({ length: p.nDemands }, () => new Map());
  for (const { commodity, arcs, amount } of whole.paths) {
    const c = x.demand_class[commodity];
    let usd = 0;
    let premium = 0;
    let hours = 0;
    const key = [];
    for (const a of arcs) {
      premium += p.premium[c * nArcs + a];
      usd += p.usd[c * nArcs + a] - p.premium[c * nArcs + a];
      hours += p.hours[c * nArcs + a];
      if (x.arc_type[a] === LINK || x.arc_type[a] === TRANSFER) key.push(`${x.arc_type[a]}/${x.arc_row[a]}`);
    }
    const t = amount * x.t_per_unit[c];
    const time_usd = hours * x.usd_per_hour[c];
    const own = { t, units: amount, usd, premium, time_usd, hours, arcs: Array.from(arcs) };
    // Ways that differ in nothing but where they begin at a place are one route.
    const known = routes[commodity].get(key.join());
    if (known) {
      const share = known.units / (known.units + amount);
      for (const part of ['usd', 'premium', 'time_usd', 'hours']) own[part] = share * known[part] + (1 - share) * own[part];
      own.t += known.t;
      own.units += known.units;
    }
    routes[commodity].set(key.join(), own);
  }
  return routes;
}

// Totals of a day, and by demand what is wanted and served, in tonnes, and lost, in USD. Cargo
// that its table keeps out of totals is by demand alone.
function totals(questions, p, whole) {
  const { arrays: x } = questions;
  const routes = routesOf(questions, p, whole);
  const inTonnes = (units, k) => units * x.t_per_unit[x.demand_class[k]];
  // Route choice lets demand grow where others make room; the growth is among what is wanted.
  const wanted = (whole.wanted || p.wanted).map(inTonnes);
  const short = whole.shortfall.map(inTonnes);
  const { loss, surplus } = lossesOf(p, whole.shortfall);
  const sum = { demand_t: 0, short_t: 0, served_t: 0, usd: 0, premium_usd: 0, t_hours: 0, time_usd: 0, loss_usd: 0, surplus_lost_usd: 0 };
  for (let k = 0; k < p.nDemands; k++) {
    if (!x.counted[x.demand_class[k]]) continue;
    sum.demand_t += wanted[k];
    sum.short_t += short[k];
    sum.loss_usd += loss[k];
    sum.surplus_lost_usd += surplus[k];
    for (const { t, units, usd, premium, time_usd, hours } of routes[k].values()) {
      sum.served_t += t;
      sum.usd += units * usd;
      sum.premium_usd += units * premium;
      sum.t_hours += t * hours;
      sum.time_usd += units * time_usd;
    }
  }
  sum.mean_hours = sum.served_t > 0 ? sum.t_hours / sum.served_t : 0;
  const served = (whole.wanted || p.wanted).map((units, k) => units - whole.shortfall[k]);
  return { routes, wanted, short, surplus, sum, served };
}

// Of each demand: kept its route, rerouted, lost, gained; as `corridors.compare` has it.
function compareTotals(before, after) {
  const n = before.wanted.length;
  const column = () => new Float64Array(n);
  const found = {
    kept: column(), rerouted: column(), lost: column(), gained: column(), withdrawn: column(),
    added_hours: column(), added_usd: column(), added_time_usd: column(), added_premium_usd: column(),
    // What those pay more, or less, who keep a way that costs or takes another amount now.
    dearer: column(), dearer_hours: column(), dearer_usd: column(), dearer_time_usd: column(), dearer_premium_usd: column(),
    // What is wanted now and was not before, and what of it stays; what was short before is served first.
    added: column(), added_unserved: column(),
  };
  const or0 = (t) => (t > TRACE ? t : 0);
  for (let k = 0; k < n; k++) {
    const [was, now] = [before.routes[k], after.routes[k]];
    let kept = 0;
    for (const [key, old] of was) {
      if (!now.has(key)) continue;
      const own = now.get(key);
      const t = Math.min(old.t, own.t);
      kept += t;
      const [hours, usd] = [own.hours - old.hours, own.usd - old.usd];
      const [time, premium] = [own.time_usd - old.time_usd, own.premium - old.premium];
      if (t <= TRACE || (Math.abs(hours) <= TRACE && Math.abs(usd + time + premium) <= TRACE)) continue;
      const units = (t * old.units) / old.t;
      found.dearer[k] += t;
      found.dearer_hours[k] += hours * t;
      found.dearer_usd[k] += usd * units;
      found.dearer_time_usd[k] += time * units;
      found.dearer_premium_usd[k] += premium * units;
    }
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
    const more = or0(after.wanted[k] - before.wanted[k]);
    const fewer = Math.max(servedBefore - served, 0);
    const stays = or0(after.short[k] - fewer - Math.max(before.short[k], 0));
    found.added[k] = more;
    found.added_unserved[k] = Math.min(stays, more);
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
        const units = (t * left.units) / left.t;
        found.added_usd[k] += (taken.usd - left.usd) * units;
        found.added_premium_usd[k] += (taken.premium - left.premium) * units;
        found.added_time_usd[k] += (taken.time_usd - left.time_usd) * units;
      }
    }
    found.added_hours[k] = rerouted > TRACE ? hours / rerouted : 0;
  }
  return found;
}

// What changes in all, as `corridors.compare(...).change` has it and under its names.
function changeOf(questions, before, after, moved) {
  const { counted, demand_class: klass } = questions.arrays;
  const total = (of) => {
    let sum = 0;
    for (let k = 0; k < klass.length; k++) if (counted[klass[k]]) sum += of(k);
    return sum;
  };
  const [a, b] = [before.sum, after.sum];
  const rerouted = total((k) => moved.rerouted[k]);
  const hours = total((k) => moved.rerouted[k] * moved.added_hours[k]);
  const usd = total((k) => moved.added_usd[k]);
  const time = total((k) => moved.added_time_usd[k]);
  const premium = total((k) => moved.added_premium_usd[k]);
  const dearer = total((k) => moved.dearer[k]);
  const kept = ['usd', 'time_usd', 'premium_usd'].map((name) => total((k) => moved[`dearer_${name}`][k]));
  const least = Math.max(TRACE, UNSEEN * b.demand_t);
  const [added, unserved] = [total((k) => moved.added[k]), total((k) => moved.added_unserved[k])];
  const paid = {
    added_premium_usd_per_day_rerouted: premium,
    added_premium_usd_per_day_kept: kept[2],
    added_premium_usd_per_day: b.premium_usd - a.premium_usd,
  };
  return {
    served_t_per_day: b.served_t - a.served_t,
    shortfall_t_per_day: b.short_t - a.short_t,
    kept_t_per_day: total((k) => moved.kept[k]),
    rerouted_t_per_day: rerouted,
    newly_unserved_t_per_day: total((k) => moved.lost[k]),
    newly_served_t_per_day: total((k) => moved.gained[k]),
    withdrawn_t_per_day: total((k) => moved.withdrawn[k]),
    added_demand_t_per_day: added,
    added_demand_served_t_per_day: added - unserved,
    added_demand_unserved_t_per_day: unserved,
    added_hours_mean: rerouted > least ? hours / rerouted : 0,
    added_cost_usd_per_day_rerouted: usd + time + premium,
    added_transport_usd_per_day_rerouted: usd,
    added_time_usd_per_day_rerouted: time,
    changed_t_per_day_kept: dearer,
    added_hours_mean_kept: dearer > TRACE ? total((k) => moved.dearer_hours[k]) / dearer : 0,
    added_cost_usd_per_day_kept: kept[0] + kept[1] + kept[2],
    added_transport_usd_per_day_kept: kept[0],
    added_time_usd_per_day_kept: kept[1],
    added_cost_usd_per_day: b.usd - a.usd + (b.time_usd - a.time_usd) + (b.premium_usd - a.premium_usd),
    added_transport_usd_per_day: b.usd - a.usd,
    added_time_usd_per_day: b.time_usd - a.time_usd,
    ...(questions.texts.markets ? paid : {}),
    added_loss_usd_per_day: b.loss_usd - a.loss_usd,
    surplus_lost_usd_per_day: b.surplus_lost_usd - a.surplus_lost_usd,
  };
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
