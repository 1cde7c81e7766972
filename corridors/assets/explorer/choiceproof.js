// The proof that flows are those of the choice model, from the answer alone: nothing here is
// shared with what finds it. A primal value (cost, less the benefit of what travels, plus the
// entropy of the choice) is held against the dual value of the prices, which bounds it.
const addedExp = (a, b) => {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
};

// What travels at a composite cost, and the area under the curve above it.
function curveAt(model, k, cost) {
  if (!Number.isFinite(cost)) return { volume: 0, surplus: 0 };
  const x = model.steepness[k] * (cost - model.middle[k]);
  const volume = model.most[k] * Math.exp(-addedExp(0, model.knee[k] * x) / model.knee[k]);
  const area = model.knee[k] === 1 ? addedExp(0, -x) : addedExp(-x, 0.5 * addedExp(0, -2 * x));
  return { volume, surplus: (model.most[k] / model.steepness[k]) * area };
}

// What the units that travel are worth: the area under the curve from 0 to them.
function benefitOf(model, k, volume) {
  const part = model.most[k] > 0 ? Math.min(Math.max(volume / model.most[k], 0), 1) : 0;
  if (part === 0) return 0;
  const x = Math.log(Math.max(part ** -model.knee[k] - 1, 0)) / model.knee[k];
  // What travels in full has no last unit that would rather stay.
  const cost = model.middle[k] + (Number.isFinite(x) ? x : -40) / model.steepness[k];
  return curveAt(model, k, cost).surplus + cost * part * model.most[k];
}

// `wanted` has the ends, class and amount of each demand, and what counts take off by arc.
function proveChoice(p, model, demands, routes, flow, price, worthOf) {
  const n = p.nArcs;
  const { origin, destination, klass, amount } = demands;
  const open = new Uint8Array(p.nClasses * n).fill(1);
  const [paid, ordinary] = [p.cost.slice(), p.cost.slice()];
  const classFlow = new Float64Array(p.nClasses * n);
  for (let i = 0; i < open.length; i++) if (p.closed[i % n]) open[i] = 0;
  const each = (e, does) => {
    const classes = p.memberClass[e] < 0 ? [...Array(p.nClasses).keys()] : [p.memberClass[e]];
    for (const c of classes) does(c * n + p.memberArc[e], p.memberFactor[e], p.memberLimit[e]);
  };
  for (let e = 0; e < p.memberLimit.length; e++) {
    if (p.bound[p.memberLimit[e]] <= 0 && p.memberFactor[e] > 0) each(e, (i) => (open[i] = 0));
    else if (price[p.memberLimit[e]] > 0) each(e, (i, factor, r) => (paid[i] += factor * price[r]));
    each(e, (i, factor, r) => (ordinary[i] += factor * model.weighed[r]));
  }
  const groups = Array.from(klass, () => []);
  routes.given.forEach(([k], r) => groups[k].push(r));
  const sums = { usd: 0, lost: 0, spread: 0, benefit: 0, stays: 0, surplus: 0, counted: 0 };
  const cheapest = new Float64Array(klass.length).fill(Infinity);
  const composites = new Float64Array(klass.length).fill(Infinity);
  let [balance, choice] = [0, 0];
  groups.forEach((own, k) => {
    const base = klass[k] * n;
    const off = new Map();
    for (const [a, usd] of worthOf[k]) off.set(a, (off.get(a) || 0) + usd);
    const usual = own.map((r) => routes.given[r][1].reduce((sum, a) => sum + ordinary[base + a] - (off.get(a) || 0), 0));
    const least = new Map();
    own.forEach((r, i) => routes.given[r][1].forEach((a) => least.set(a, Math.min(usual[i], least.get(a) ?? Infinity))));
    const users = new Map();
    own.forEach((r, i) => routes.given[r][1].forEach((a) => users.set(a, (users.get(a) || 0) + Math.exp(model.scale[k] * (least.get(a) - usual[i])))));
    const told = own.map((r) => {
      const arcs = routes.given[r][1];
      let node = origin[k];
      let [listed, charged, taken] = [0, 0, 0];
      for (const a of arcs) {
        if (p.tail[a] !== node) balance = Infinity;
        node = p.head[a];
        listed += p.cost[base + a];
        charged += paid[base + a];
        taken += off.get(a) || 0;
        classFlow[base + a] += flow[r];
      }
      if (node !== destination[k] || flow[r] < 0) balance = Infinity;
      const shares = arcs.map((a) => (listed > 0 ? p.cost[base + a] : 1) / users.get(a));
      const whole = listed > 0 ? listed : arcs.length;
      const logSize = whole > 0 ? Math.log(shares.reduce((sum, x) => sum + x, 0) / whole) : 0;
      const cost = charged - taken;
      cheapest[k] = Math.min(cheapest[k], cost);
      sums.usd += listed * flow[r];
      sums.counted += taken * flow[r];
      return { r, logSize, utility: logSize - model.scale[k] * cost };
    });
    const logsum = told.reduce((sum, { utility }) => addedExp(sum, utility), -Infinity);
    composites[k] = -logsum / model.scale[k];
    const { volume, surplus } = curveAt(model, k, composites[k]);
    const carried = told.reduce((sum, { r }) => sum + flow[r], 0);
    const size = Math.max(model.most[k], amount[k], 1e-9);
    for (const { r, logSize, utility } of told) {
      choice = Math.max(choice, Math.abs(flow[r] - volume * Math.exp(utility - logsum)) / size);
      if (flow[r] > 0) sums.spread += (flow[r] * (Math.log(flow[r] / carried) - logSize)) / model.scale[k];
    }
    sums.surplus += surplus;
    sums.benefit += benefitOf(model, k, carried);
    if (model.knee[k] === 1) {
      sums.stays += model.most[k] * model.middle[k];
      sums.lost += model.middle[k] * Math.max(model.most[k] - carried, 0);
    }
  });
  const used = new Float64Array(p.nLimits);
  for (let e = 0; e < p.memberLimit.length; e++) each(e, (i, factor, r) => (used[r] += factor * classFlow[i]));
  let [over, worth, negative, idle, closedFlow] = [0, 0, 0, 0, 0];
  for (let i = 0; i < open.length; i++) if (!open[i]) closedFlow += classFlow[i];
  for (let r = 0; r < p.nLimits; r++) {
    negative = Math.max(negative, -price[r]);
    if (p.bound[r] === Infinity) continue;
    over = Math.max(over, (used[r] - p.bound[r]) / Math.max(p.bound[r], 1e-9));
    // A limit that is overrun bounds what it lets pass; by how much it is overrun stands elsewhere.
    worth += price[r] * Math.max(used[r], p.bound[r]);
    idle = Math.max(idle, price[r] * Math.max(p.bound[r] - used[r], 0));
  }
  const objective = sums.usd + sums.spread + sums.stays - sums.benefit - sums.counted;
  const bound = sums.stays - sums.surplus - worth;
  const scale = Math.max(1, sums.usd + sums.lost);
  const gap = (objective - bound) / scale;
  const missing = missingShare(p, model, demands, open, paid, worthOf, cheapest, composites);
  const worst = Math.max(Math.abs(gap), balance, over, idle / scale, choice);
  const ok = worst <= 1e-6 && negative === 0 && closedFlow === 0 && missing <= MISSING;
  return { ok, objective, bound, gap, balance, over, closedFlow, choice, missing, used, flow: classFlow, scale };
}

// The largest share of a demand that its cheapest route outside the set would take.
function missingShare(p, model, { origin, destination, klass, amount: wanted }, open, paid, worthOf, cheapest, composites) {
  const groups = new Map();
  klass.forEach((c, k) => {
    if (!(model.most[k] > 0)) return;
    const key = worthOf[k].length ? `${k}` : `${origin[k]}/${c}`;
    groups.set(key, [...(groups.get(key) || []), k]);
  });
  const trees = new PlainTrees(p);
  let most = 0;
  for (const own of groups.values()) {
    const [one] = own;
    const base = klass[one] * p.nArcs;
    const weight = paid.slice(base, base + p.nArcs);
    for (const [a, usd] of worthOf[one]) weight[a] -= usd;
    for (let a = 0; a < p.nArcs; a++) weight[a] = open[base + a] ? Math.max(weight[a], 0) : Infinity;
    const dist = trees.grow(weight, 0, origin[one], own.map((k) => destination[k]));
    for (const k of own) {
      const length = dist[destination[k]];
      const near = 1e-9 * (1 + (Number.isFinite(cheapest[k]) ? Math.abs(cheapest[k]) : 0));
      if (!(length < cheapest[k] - near)) continue;
      // With it the demand travels at the composite cost of both, and as much as that brings.
      const scale = model.scale[k];
      const joint = -addedExp(-scale * composites[k], -scale * length) / scale;
      const whole = wanted[k] > 0 ? Math.min(wanted[k], model.most[k]) : model.most[k];
      most = Math.max(most, (curveAt(model, k, joint).volume * Math.exp(scale * (joint - length))) / whole);
    }
  }
  return most;
}
