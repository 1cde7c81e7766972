// Speaks with whoever holds the page in a frame, such as a notebook: over a port that the holder
// hands in, and that nobody else can read. In: {state}. Out: {state, answer}, each time that there
// is an answer; `answer` is {error} where there is none. A page that stands alone speaks to nobody.
// The port is `handed` in as soon as the page has loaded, which `opening.js` waits for.
function held(page) {
  const { names, store } = page;
  handed.then((port) => {
    const tell = (question, answer, error) => {
      port.postMessage({ state: saidOf(question, names.texts), answer: answer ? briefly(answer, names) : { error } });
    };
    port.onmessage = ({ data }) => {
      const asked = data.state || {};
      const { state, unknown } = fromValues({
        ...asked,
        ...Object.fromEntries(['capacity', 'delay', 'demand'].map((word) => [word, Object.entries(asked[word] || {}).map(([id, value]) => [id, value, id])])),
      }, names);
      const { view, at } = store.state;
      const before = JSON.stringify(store.question());
      store.unknown = unknown;
      const { day, scenario, model, close, capacity, delay, demand } = state;
      const wanted = JSON.stringify({ state: stateNumber(names.texts, state), close, capacity, delay, demand, ...(model ? { model } : {}) });
      if (wanted !== before) store.change({ day, scenario, model, close, capacity, delay, demand, view, at });
      else if (page.last && JSON.stringify(page.last[0]) === wanted) tell(...page.last);
    };
    page.told.push(tell);
  });
  return page;
}

// An answer in the words of the package: totals before and after as in the summary of an
// assignment, the change as in a comparison, and by demand what is not carried.
function briefly(answer, names) {
  const totals = (sum) => ({
    demand_t_per_day: sum.demand_t,
    served_t_per_day: sum.served_t,
    shortfall_t_per_day: sum.short_t,
    cost_usd_per_day: sum.usd,
    time_usd_per_day: sum.time_usd,
    loss_usd_per_day: sum.loss_usd,
    surplus_lost_usd_per_day: sum.surplus_lost_usd,
    mean_hours: sum.mean_hours,
  });
  const shortfall = {};
  names.texts.demand.id.forEach((id, k) => {
    if (answer.demands.short[k] > 0) shortfall[id] = answer.demands.short[k];
  });
  return {
    objective: answer.objective,
    relative_gap: answer.gap,
    before: totals(answer.before),
    after: totals(answer.after),
    change: { ...answer.change },
    shortfall,
  };
}
