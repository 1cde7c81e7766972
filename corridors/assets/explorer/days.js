// The days of a scenario as the package simulated them when the page was made: what waits, comes
// late, goes another way and is lost, day by day.
const DAY_CURVES = [
  ['waiting', 'waiting', 'at the end of the day'],
  ['late', 'come late', 'on the day'],
  ['rerouted', 'come another way', 'on the day'],
  ['lost', 'turned back or never sent', 'on the day'],
];
const PART_OF_TONNE = 10;

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function dateOf(first, day) {
  const date = new Date(`${first}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + day);
  return date.toISOString().slice(0, 10);
}

// One curve as a filled step line; the worst day is marked in all of them.
function dayCurve(values, worst) {
  const [width, height] = [300, 34];
  const most = values.reduce((found, t) => Math.max(found, t), 1e-9);
  const x = (day) => (width * day) / values.length;
  let path = `M0 ${height}`;
  values.forEach((t, day) => {
    const y = (height - (height - 2) * (t / most)).toFixed(1);
    path += `V${y}H${x(day + 1).toFixed(1)}`;
  });
  return drawn('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'curve' },
    drawn('path', { d: `${path}V${height}Z`, class: 'area' }),
    drawn('path', { d: `M${x(worst + 0.5).toFixed(1)} 0V${height}`, class: 'worst' }),
    drawn('path', { d: `M0 ${height}H${width}`, class: 'ground' }));
}

// Shows the days of the scenario that is chosen, or says why there are none.
function days(names, store) {
  const { texts, arrays } = names;
  const s = stateNumber(texts, store.state);
  const own = texts.states[s];
  const box = byId('days');
  box.hidden = !own.days;
  if (!own.days) return;
  const title = element('h2', { id: 'days-title' }, 'Day by day');
  if (store.changes) {
    replace(box, title, element('p', { class: 'quiet' }, `The days were simulated for “${own.title}” as it is, not for what you have changed: take the changes back to see them, or run the scenario file with corridors simulate.`));
    return;
  }
  const { first, worst, waterfall } = own.days;
  const curves = DAY_CURVES.map(([name, label, when]) => ({ name, label, when, values: Array.from(arrays[`${s}/${name}`], (t) => t / PART_OF_TONNE) }));
  const count = curves[0].values.length;
  const rows = curves.map(({ name, label, when, values }) => {
    const most = values.reduce((found, t) => Math.max(found, t), 0);
    // Of days that are alike to the digits kept, the one that is said to be the worst.
    const top = name === 'waiting' && values[worst] === most ? worst : values.indexOf(most);
    const said = values[top] > 0 ? [`most ${tonnes(values[top])}, `, element('span', { class: 'day' }, dateOf(first, top))] : 'none';
    return element('div', { class: 'day-row' }, element('span', {}, label, element('span', { class: 'quiet' }, ` ${when}: `, said)), dayCurve(values, worst));
  });
  const waiting = curves[0].values[worst];
  const table = element('table', { class: 'small' }, element('caption', { class: 'unseen' }, 'Tonnes by day'),
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Day'), curves.map(({ label }) => element('th', { scope: 'col', class: 'number' }, label)))),
    element('tbody', {}, curves[0].values.map((_, day) => element('tr', {}, element('th', { scope: 'row' }, dateOf(first, day)), curves.map(({ values }) => element('td', { class: 'number' }, t0(values[day])))))));
  replace(box, title,
    element('p', {}, waiting > 0 ? ['The worst day is ', element('span', { class: 'day' }, dateOf(first, worst)), `: ${tonnes(waiting)} wait at its end. `] : 'Nothing waits on any day. ',
      `Of ${tonnes(waterfall.wanted)} that want to leave in ${count} days ${tonnes(waterfall.late)} come late, ${tonnes(waterfall.rerouted)} come another way, and ${tonnes(waterfall.lost)} turn back or are never sent.`),
    rows,
    element('p', { class: 'axis quiet' }, element('span', {}, first), element('span', {}, dateOf(first, count - 1))),
    element('details', {}, element('summary', {}, 'The days as a table'), element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Tonnes by day' }, table)),
    element('p', { class: 'quiet' }, 'Simulated when this page was made (corridors simulate), ordinary lateness included; the same for both models.'));
}
