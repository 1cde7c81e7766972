// Opens the page.
const ready = (async () => {
  const buffer = await unpacked('network');
  return { asking: new Asking(buffer), ...corridorsSolver().readContainer(buffer) };
})();

// The number of the state that is meant: a scenario's by its name, a day's by its date.
function stateNumber(texts, { scenario, day }) {
  const name = scenario || day;
  if (name === undefined || name === null) return 0;
  const found = texts.states.findIndex((state) => (scenario ? state.name === name : !state.name && state.day === name));
  if (found < 0) throw new Error(`this page holds no ${scenario ? 'scenario' : 'day'} ${JSON.stringify(name)}`);
  return found;
}

async function solved(asked) {
  const { asking, texts } = await ready;
  const { scenario, day, ...rest } = asked || {};
  return { texts, answer: await asking.ask({ what: 'solve', question: { ...rest, state: stateNumber(texts, { scenario, day }) } }) };
}

// For scripts: the same answers as the page shows.
window.corridors = {
  ready: ready.then(({ asking }) => asking.opened.then(() => true)),
  async solve(asked) {
    const { answer } = await solved(asked);
    return {
      objective: answer.objective,
      shortfall_t_per_day: answer.after.short_t,
      rerouted_t_per_day: answer.rerouted_t,
      relative_gap: answer.gap,
    };
  },
  // All of an answer: totals, shortfall by demand, tonnes by link and direction, prices of limits.
  async detail(asked) {
    const { answer, texts } = await solved(asked);
    const { arrays } = await ready;
    const flow = {};
    answer.flow.total.forEach((t, a) => {
      if (t === 0 || arrays.arc_type[a] > 1) return;
      const names = arrays.arc_type[a] === 0 ? texts.links.id : texts.transfers.transfer_id;
      flow[`${names[arrays.arc_row[a]]}:${arrays.arc_direction[a] === 0 ? 'forward' : 'backward'}`] = t;
    });
    const ids = texts.limits[0];
    return {
      objective: answer.objective,
      relative_gap: answer.gap,
      before: answer.before,
      after: answer.after,
      rerouted_t_per_day: answer.rerouted_t,
      shortfall_t_per_day: Object.fromEntries(texts.demand.id.map((id, k) => [id, answer.demands.short[k]])),
      flow_t_per_day: flow,
      price_usd: Object.fromEntries(Array.from(answer.limits.limit, (l, r) => [ids[l], answer.limits.price[r]])),
    };
  },
};
