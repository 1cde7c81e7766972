// The panel: search, what is changed, five numbers, one sentence and the proof.

// Names of what is shut in words: "the Belarus–Poland border and Brest".
function inWords(names, keys) {
  const label = (key) => {
    const kind = names.kind(key);
    const own = names.label(key);
    return kind === 'border' ? `the ${own}` : kind === 'capacity' ? `all that “${own}” counts` : kind === 'link' ? `the line ${own}` : own;
  };
  const own = keys.slice(0, 3).map(label);
  if (keys.length > 3) own.push(`${keys.length - 3} more`);
  return listed(own);
}

// How much longer in days, in hours what days would not show: "1 day longer".
function longerInWords(hours) {
  const size = Math.abs(hours);
  const days = number(size / 24, size < 24 ? 2 : 1);
  const [amount, unit] = days === '0' ? [number(size, 2), 'hour'] : [days, 'day'];
  return `${amount} ${unit}${amount === '1' ? '' : 's'} ${hours > 0 ? 'longer' : 'shorter'}`;
}

// What is moved, each kind by itself: "1 capacity and 2 delays".
function movedInWords({ capacity, delay, demand }) {
  const counts = [[capacity, 'capacity', 'capacities'], [delay, 'delay', 'delays'], [demand, 'demand', 'demands']].map(([own, ...words]) => [Object.keys(own).length, ...words]);
  return listed(counts.filter(([count]) => count).map((own) => plural(...own)));
}

const listed = (own) => (own.length > 1 ? `${own.slice(0, -1).join(', ')} and ${own[own.length - 1]}` : own[0]);

// What happens to cargo that is in no total, by cargo.
function besideTotals(names, { lost, rerouted }) {
  const { cargo, demand } = names.texts;
  return cargo.name.flatMap((name, c) => {
    if (names.arrays.counted[c]) return [];
    const sum = (of) => of.reduce((t, own, k) => (demand.cargo[k] === c ? t + own : t), 0);
    const [stay, round] = [sum(lost), sum(rerouted)];
    return Math.max(stay, round) > 0.05 ? [`in no total, of ${lowered(name)} ${tonnes(round)} a day go another way and ${tonnes(stay)} are no longer carried`] : [];
  });
}

// What happens, in one plain sentence.
function sentence(names, store, answer) {
  const { state } = store;
  const { before, after } = answer;
  const own = names.texts.states[stateNumber(names.texts, state)];
  const causes = [];
  if (own.name) causes.push(`under “${own.title}”`);
  if (state.close.length) causes.push(`with ${inWords(names, state.close)} shut`);
  if (movedInWords(state)) causes.push(`with ${movedInWords(state)} changed`);
  const day = own.day;
  if (!causes.length) {
    return `On ${day} nothing is shut: ${tonnes(after.served_t)} a day are carried, ${after.short_t > 0.05 ? `${tonnes(after.short_t)} are not` : 'all that is wanted'}, at ${short(after.usd)} USD a day.`;
  }
  const found = [];
  const { newly_unserved_t_per_day: lost, newly_served_t_per_day: gained, rerouted_t_per_day: rerouted, added_hours_mean: hours } = answer.change;
  const { withdrawn_t_per_day: withdrawn, added_demand_unserved_t_per_day: beyond } = answer.change;
  if (lost > 0.05) found.push(`${tonnes(lost)} a day are no longer carried`);
  if (withdrawn > 0.05) found.push(`${tonnes(withdrawn)} a day are no longer wanted`);
  if (gained > 0.05) found.push(`${tonnes(gained)} are newly carried`);
  if (beyond > 0.05) found.push(`${tonnes(beyond)} more are wanted and not carried`);
  if (rerouted > 0.05) {
    const longer = Math.abs(hours) < 0.05 ? 'in the same time' : `${longerInWords(hours)} on average`;
    found.push(`${tonnes(rerouted)} go another way, ${longer}`);
  }
  // Where as much is carried as before, what is not of those that go round is of those that stay on their way.
  const stay = after.served_t - rerouted;
  const later = (after.t_hours - before.t_hours - rerouted * hours) / stay;
  if (lost + gained + Math.abs(after.demand_t - before.demand_t) < 0.05 && stay > 0.05 && Math.abs(later) >= 0.05) {
    found.push(`${tonnes(stay)} keep their way and are ${longerInWords(later)} on it on average`);
  }
  found.push(...besideTotals(names, answer.demands));
  const fallenBefore = new Map(answer.fallenBefore.map((own) => [own.limit, own]));
  for (const own of answer.fallen) {
    const old = fallenBefore.get(own.limit);
    // What falls in ordinary times too is no news, nor is a hair.
    const kept = heldBack(own) - (old ? heldBack(old) : 0);
    if (Math.max((old ? old.room : own.ordinary) - own.room, kept) > 0.5) found.push(fallenInWords(names, own, old));
  }
  const usd = after.usd - before.usd;
  if (Math.abs(usd) > 0.5) found.push(`the transport bill ${usd > 0 ? 'rises' : 'falls'} by ${short(Math.abs(usd))} USD a day`);
  if (!found.length) found.push('nothing changes for the cargo');
  const text = found.length > 1 ? `${found.slice(0, -1).join(', ')}, and ${found[found.length - 1]}` : found[0];
  return `On ${day}, ${causes.join(' and ')}, ${text}.`;
}

// What a coupling does: "100 t of gas have no outlet, so that of 200 t of oil 140 t can leave".
const heldBack = ({ wanted, room }) => Math.max(wanted - room, 0);

function fallenInWords(names, { limit, ordinary, wanted, room, missing }, old) {
  const { couplings, cargo } = names.texts;
  const at = couplings.limit.indexOf(limit);
  const amount = (c, units) => `${number(units)} ${cargo.unit[c]}`;
  const [falls, by] = [couplings.cargo[at], couplings.by_product[at]];
  const fell = (old ? old.room : ordinary) - room;
  const without = old && missing > old.missing ? `, ${amount(by, missing - old.missing)} more than before,` : '';
  const why = missing > 0 && fell > 0.5 ? `${amount(by, missing)} a day of ${lowered(cargo.name[by])}${without} have no outlet, so that` : `with what is taken of ${lowered(cargo.name[by])}, a day,`;
  const less = old && fell > 0.5 ? `, ${amount(falls, fell)} less than before` : '';
  return `${why} of ${amount(falls, Math.max(ordinary, wanted))} of ${lowered(cargo.name[falls])} ${amount(falls, room)} can leave${less}`;
}

// `ranges`: the 5th and 95th percentile of what has one, by the names of `change`.
function headline(answer, ranges) {
  const { before, after, change } = answer;
  const card = (head, was, now, show, below, range) => element('div', { class: 'card' },
    element('dt', {}, head), element('dd', {}, element('strong', {}, show(now)), element('span', { class: 'quiet' }, below || `before ${show(was)}`, range ? element('span', { class: 'range' }, range) : null)));
  const between = (name, show, what = '') => (ranges && ranges.between[name] ? `${what}5–95 %: ${ranges.between[name].map((value) => whole(show(value))).join(' to ')}` : null);
  const hours = (h) => `${number(h / 24, 2)} d`;
  const usd = (v) => `${short(v)} $`;
  const whole = (text) => text.replaceAll(' ', '\u00a0');
  const from = (was, now, show) => `before ${whole(show(was))}${Math.abs(now - was) > 1e-9 * Math.max(1, Math.abs(was)) ? ` (${whole(signed(now - was, show(now - was)))})` : ''}`;
  replace(byId('headline'),
    card('not carried, a day', before.short_t, after.short_t, tonnes, from(before.short_t, after.short_t, tonnes), between('newly_unserved_t_per_day', tonnes, 'lost, ')),
    card('go another way, a day', 0, change.rerouted_t_per_day, tonnes, `of ${tonnes(before.served_t)} carried before`, between('rerouted_t_per_day', tonnes)),
    card('mean time of a tonne', before.mean_hours, after.mean_hours, hours, from(before.mean_hours, after.mean_hours, hours), between('added_hours_mean', hours, 'longer where rerouted, ')),
    card('transport bill, a day', before.usd, after.usd, usd, from(before.usd, after.usd, usd)),
    before.premium_usd || after.premium_usd ? card('paid to sellers above the best, a day', before.premium_usd, after.premium_usd, usd, from(before.premium_usd, after.premium_usd, usd)) : [],
    card('lost by staying, a day', 0, change.surplus_lost_usd_per_day, usd, `of ${whole(usd(change.added_loss_usd_per_day))} they would have paid`, between('surplus_lost_usd_per_day', usd)));
}

// Chips of all that the reader has changed; each takes its change back.
function chips(names, store, open) {
  const { state } = store;
  const chip = (kind, text, id, key, back) => element('li', { class: `chip ${kind}` },
    key ? element('button', { type: 'button', class: 'name', title: 'What is known of it', 'data-hold': `chip/${id}`, onclick: () => open(key) }, text) : element('span', { class: 'name' }, text),
    element('button', { type: 'button', 'aria-label': `Take back: ${text}`, 'data-hold': `back/${id}`, onclick: back }, '×'));
  const capacityName = (id) => names.labels[names.placeOf.get(`capacity:${id}`)] || id;
  const demandName = (which) => (which === 'all' ? 'All demand' : which.startsWith('cargo:') ? names.texts.cargo.name[names.texts.cargo.id.indexOf(which.slice(6))] : names.demand(names.texts.demand.id.indexOf(which.slice(7))));
  const pressed = document.activeElement;
  byId('reset').hidden = !store.changes;
  byId('undo').disabled = !store.past.length;
  byId('chips').hidden = false;
  refill(byId('chips'), () => replace(byId('chips'),
    state.close.map((key) => chip('shut', `Shut: ${names.label(key)}`, `close/${key}`, key, () => store.toggle(key))),
    Object.entries(state.capacity).map(([id, x]) => chip('moved', `${capacityName(id)} × ${few(x)}`, `capacity/${id}`, names.placeOf.has(`capacity:${id}`) ? `capacity:${id}` : null, () => store.set('capacity', id, 1, 1))),
    Object.entries(state.delay).map(([key, h]) => chip('moved', `${names.label(key)} + ${few(h)} h`, `delay/${key}`, key, () => store.set('delay', key, 0, 0))),
    Object.entries(state.demand).map(([which, x]) => chip('moved', `${demandName(which)} × ${few(x)}`, `demand/${which}`, which.startsWith('demand:') ? which : null, () => store.set('demand', which, 1, 1)))), byId('undo'), byId(`tab-${state.view}`));
  if ((pressed === byId('reset') && pressed.hidden) || (pressed === byId('undo') && pressed.disabled)) focusFirst(byId('undo'), byId(`tab-${state.view}`));
  byId('chips').hidden = !store.changes;
}

// Search with a list to choose from, by mouse or keyboard.
function searching(names, store, open) {
  const box = byId('search');
  const list = byId('found');
  let keys = [];
  let at = -1;
  const mark = () => {
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === at)));
    if (at >= 0) {
      box.setAttribute('aria-activedescendant', `found-${at}`);
      list.children[at].scrollIntoView({ block: 'nearest' });
    } else {
      box.removeAttribute('aria-activedescendant');
    }
  };
  const hide = () => {
    list.hidden = true;
    box.setAttribute('aria-expanded', 'false');
    at = -1;
  };
  const take = (key, known) => {
    hide();
    box.value = '';
    if (known) open(key);
    else store.toggle(key);
  };
  const draw = () => {
    keys = names.search(box.value, 12);
    at = keys.length ? 0 : -1;
    replace(list, keys.map((key, i) => element('li', { role: 'option', id: `found-${i}`, onpointerdown: (event) => { event.preventDefault(); take(key, event.shiftKey); } },
      element('span', {}, names.label(key)), element('span', { class: 'quiet' }, store.isShut(key) ? 'shut: open it' : KIND_WORDS[names.kind(key)]))));
    if (!keys.length && box.value.trim()) list.append(element('li', { class: 'quiet none' }, 'Nothing is called that.'));
    list.hidden = !box.value.trim();
    box.setAttribute('aria-expanded', String(!list.hidden));
    mark();
  };
  box.addEventListener('input', draw);
  box.addEventListener('focus', () => box.value && draw());
  box.addEventListener('blur', hide);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (list.hidden) draw();
      else if (keys.length) at = (at + (event.key === 'ArrowDown' ? 1 : keys.length - 1)) % keys.length;
      mark();
      event.preventDefault();
    } else if (event.key === 'Enter' && at >= 0) {
      take(keys[at], event.shiftKey);
      event.preventDefault();
    } else if (event.key === 'Escape' && !list.hidden) {
      hide();
      event.stopPropagation();
    } else if (event.key === 'Escape') {
      // Out of the box, so that keys are commands again.
      box.blur();
    }
  });
}

// The list of scenarios and days that the page holds.
function choices(names, store) {
  const list = byId('scenario');
  const { states } = names.texts;
  const day = (state, i) => element('option', { value: `d${i}` }, `Nothing has happened, ${state.day}`);
  const event = (state, i) => element('option', { value: `d${i}` }, `${state.title}, ${state.day}`);
  const own = states.map((state, i) => [state, i]);
  const days = own.filter(([state]) => !state.name).sort(([a], [b]) => (a.day < b.day ? -1 : 1));
  const plans = own.filter(([state]) => state.name);
  replace(list, element('optgroup', { label: 'Days' }, days.map(([state, i]) => day(state, i))),
    plans.length ? element('optgroup', { label: 'Scenarios, each on its day' }, plans.map(([state, i]) => event(state, i))) : null);
  list.addEventListener('change', () => {
    const state = states[Number(list.value.slice(1))];
    store.change(state.name ? { scenario: state.name, day: '' } : { scenario: '', day: state.day });
  });
}

// What a scenario is made of, one click away.
function story(names, store) {
  const number_ = stateNumber(names.texts, store.state);
  const own = names.texts.states[number_];
  byId('scenario').value = `d${number_}`;
  const about = byId('story');
  about.hidden = !own.name;
  if (!own.name) return;
  replace(about, element('summary', {}, `What “${own.title}” does`), own.description ? element('p', {}, own.description) : null,
    element('ul', { class: 'plain' }, own.events.map((event) => element('li', {}, dated(event.in_force ? event.says : `${event.says} (not in force on ${own.day})`), event.note ? element('div', { class: 'quiet' }, event.note) : null))),
    own.sources.length ? element('p', { class: 'quiet' }, `Sources: ${own.sources.join(' · ')}`) : null);
}

const MODELLED = {
  '': 'Modelled: the cheapest way to carry the demand within the capacities, as if the situation of the day lasted. A lower bound for the damage, not a forecast.',
  logit: 'Modelled: how shippers spread over routes by cost (path-size logit), within hard capacities whose prices are what waiting for them costs, as if the situation of the day lasted. Routes that are usual on the day are in the page; where something has changed it looks for others, until none that is missing would take more than 0.1 % of a demand. Lines that change by less than 1 % are drawn as before.',
};

// The proof in one line: how far the answer is from what no other can beat.
function proof(answer, asking, model, refused) {
  const gap = Math.abs(answer.gap);
  const text = gap === 0 ? '0' : gap.toExponential(0);
  const time = answer.milliseconds < 10 ? number(answer.milliseconds, 1) : number(answer.milliseconds, 0);
  const where = asking.where === 'page' ? ', solved in the page' : '';
  byId('modelled').textContent = `${MODELLED[model]}${refused ? ` How shippers spread is not in this page: ${refused}` : ''}`;
  if (model) {
    const most = answer.missing > 0 ? `at most ${(100 * answer.missing).toPrecision(1)} %` : 'nothing';
    byId('proof').textContent = `Route choice, proved: gap ${text}, a missing route would take ${most} of a demand, ${time} ms${where}`;
    byId('proof').title = 'The gap between the flows and the prices of the choice model, as a share of cost and loss; closed things carry exactly nothing.';
    return;
  }
  // A by-product is not carried for the sake of what falls with it: that could be cheaper.
  const joint = answer.fallen.length ? answer.fallen[0].joint_gap_usd : 0;
  byId('proof').textContent = `Optimal, proved: gap ${text}, ${time} ms${where}${joint > 0 ? `; outlets bought for what falls with them could save ${short(joint)} USD a day at most` : ''}`;
  byId('proof').title = `Nothing can cost less than ${number(answer.objective * (1 - answer.gap), 2)} USD a day; this answer costs ${number(answer.objective, 2)}, loss included.`;
}

// The switch between the models that the page holds.
function models(names, store) {
  const own = byId('model');
  own.hidden = !names.texts.choice;
  const boxes = [...own.querySelectorAll('input')];
  for (const box of boxes) box.addEventListener('change', () => box.checked && store.change({ model: box.value === 'optimal' ? '' : box.value }));
  const set = () => boxes.forEach((box) => (box.checked = box.value === (store.state.model || 'optimal')));
  store.listen(set);
  set();
}

// Ranges are of a scenario as it is, and of the optimum.
function rangesOf(names, store) {
  const own = names.texts.states[stateNumber(names.texts, store.state)];
  return store.changes || store.state.model ? null : own.ranges || null;
}
