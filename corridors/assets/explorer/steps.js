// Demand that answers to price: each demand in equal steps, each a commodity with a price of
// its own. Step i of demand k has the number k * n + i; the cheapest step stays at home first.

// What each step would pay at most, and what a unit of each demand costs in ordinary times.
// `rise` is the curve of elasticity 1 of a price of 1 above its foot; without steps there is
// one price a demand, its loss, and no ordinary cost.
function demandCurves({ rise, elasticity, goods_usd: goods, loss_usd: loss, demand_class: klass }, ordinary) {
  const n = rise.length;
  if (!n || !ordinary) return { penalty: Float64Array.from(klass, (c) => loss[c]), ordinary: null, steps: 1 };
  const foot = Float64Array.from(klass, (c, k) => Math.min(ordinary[k], loss[c]));
  const penalty = new Float64Array(klass.length * n);
  for (let k = 0; k < klass.length; k++) {
    const c = klass[k];
    const bent = elasticity[c] > 0 && Number.isFinite(foot[k]);
    const width = bent ? Math.max(goods[c] + foot[k], 1) / elasticity[c] : 0;
    for (let i = 0; i < n; i++) {
      penalty[k * n + i] = bent ? Math.min(foot[k] + rise[i] * width, loss[c]) : loss[c];
    }
  }
  return { penalty, ordinary: foot, steps: n };
}

// Each entry n times in a row.
function repeated(values, n) {
  const found = new values.constructor(values.length * n);
  for (let i = 0; i < found.length; i++) found[i] = values[Math.floor(i / n)];
  return found;
}

// The amounts of steps, of whole demands.
const amountsOf = (wanted, n) => repeated(Float64Array.from(wanted, (units) => units / n), n);

// Loss, and surplus lost, of each demand in USD a day: what those that stay would have paid at
// most, and that less what they pay in ordinary times.
function lossesOf(p, shortfall) {
  const n = p.nSteps;
  const loss = new Float64Array(p.nDemands);
  const surplus = new Float64Array(p.nDemands);
  for (let k = 0; k < p.nDemands; k++) {
    const part = p.wanted[k] / n;
    const usual = p.ordinary ? p.ordinary[k] : 0;
    for (let i = 0; i < n; i++) {
      const units = Math.min(Math.max(shortfall[k] - part * i, 0), part);
      const price = p.penalty[k * n + i];
      loss[k] += units * price;
      if (Number.isFinite(usual)) surplus[k] += units * (price - usual);
    }
  }
  return { loss, surplus };
}

// An answer by step as one by demand: which step goes by which path means nothing, so paths
// are told by what a demand carries on each arc.
function wholeDemands(p, answer) {
  const n = p.nSteps;
  if (n === 1) return { paths: answer.paths, shortfall: answer.shortfall };
  const shortfall = new Float64Array(p.nDemands);
  answer.shortfall.forEach((units, j) => (shortfall[Math.floor(j / n)] += units));
  const found = Array.from({ length: p.nDemands }, () => new Map());
  for (const { commodity, arcs, amount } of answer.paths) {
    const own = found[Math.floor(commodity / n)];
    const key = arcs.join();
    if (own.has(key)) own.get(key).amount += amount;
    else own.set(key, { arcs, amount });
  }
  const paths = found.flatMap((own, k) => {
    const given = [...own.values()];
    const split = given.length > 1 ? byLowestArc(p, k, given) : given;
    return split.map(({ arcs, amount }) => ({ commodity: k, arcs, amount }));
  });
  return { paths, shortfall };
}

// From the origin follow the arc of lowest number that still carries something; take off what
// the whole path carries; repeat. Where that goes in a circle, the paths stay as given.
function byLowestArc(p, k, given) {
  const left = new Map();
  for (const { arcs, amount } of given) for (const a of arcs) left.set(a, (left.get(a) || 0) + amount);
  const leaving = new Map();
  for (const a of [...left.keys()].sort((a, b) => a - b)) {
    if (!leaving.has(p.tail[a])) leaving.set(p.tail[a], []);
    leaving.get(p.tail[a]).push(a);
  }
  const near = 1e-11 * (1 + p.wanted[k]);
  const [origin, target] = [p.origin[k * p.nSteps], p.destination[k * p.nSteps]];
  const found = [];
  for (;;) {
    let node = origin;
    const arcs = [];
    while (node !== target) {
      const step = (leaving.get(node) || []).find((a) => left.get(a) > near);
      if (step === undefined || arcs.length > left.size) break;
      arcs.push(step);
      node = p.head[step];
    }
    if (node !== target || !arcs.length) break;
    const amount = arcs.reduce((least, a) => Math.min(least, left.get(a)), Infinity);
    for (const a of arcs) left.set(a, left.get(a) - amount);
    found.push({ arcs, amount });
  }
  if ([...left.values()].some((units) => units > near)) return given.sort((x, y) => compareArcs(x.arcs, y.arcs));
  return found;
}
