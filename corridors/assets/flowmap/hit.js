// Who is hit: the cargo that is looked at, and the demands of it that stay or go another way.
(function (corridors) {
  'use strict';
  const { element, number, button } = corridors;
  const FEW = 6; // demands that are listed at first

  // Which cargo is shown: all of it, the cargoes of one product, or one.
  corridors.cargoFilter = function (holder, data, choose) {
    if (data.cargo.length < 2) return;
    const option = (value, text) => element('option', { value }, text);
    const order = data.cargo.map((name, rank) => [name, rank]).sort(([a], [b]) => (a < b ? -1 : 1));
    const select = element('select', {
      id: 'cargo', 'aria-label': 'Cargo shown',
      change: ({ target }) => {
        const [kind, rank] = target.value.split('/');
        if (kind === 'all') choose(null, '');
        else if (kind === 'product') choose(new Set(data.products[rank][1]), data.products[rank][0]);
        else choose(new Set([Number(rank)]), data.cargo[rank]);
      },
    }, option('all', 'All cargo'),
    data.products.length ? element('optgroup', { label: 'Products' }, data.products.map(([name], rank) => option(`product/${rank}`, name))) : null,
    element('optgroup', { label: 'Cargo' }, order.map(([name, rank]) => option(`cargo/${rank}`, name))));
    holder.append(select);
  };

  const fromTo = (data, demand) => demand[8] || `${data.nodes[demand[1]].name} → ${data.nodes[demand[2]].name}`;

  // What is said of a demand in this view: [largest first by, text], or null where it is not hit.
  function fate(demand, view) {
    const [, , , , wanted, unserved, rerouted, hours] = demand;
    if (!view.difference) {
      const stays = unserved[view.state];
      return stays > 0.05 ? [stays, `${number(stays)} t of ${number(wanted[view.state])} t a day are not carried`] : null;
    }
    const lost = unserved[1] - unserved[0];
    const said = [];
    if (lost > 0.05) said.push(`${number(lost)} t a day more stay`);
    if (lost < -0.05) said.push(`${number(-lost)} t a day fewer stay`);
    if (rerouted > 0.05) said.push(`${number(rerouted)} t go another way, ${hours >= 0 ? '+' : '−'}${number(Math.abs(hours))} h`);
    return said.length ? [Math.abs(lost) + rerouted, said.join('; ')] : null;
  }

  // The list, the most tonnes first; a click shows where the demand starts and ends.
  corridors.hitList = function (holder, data, view, show) {
    const rows = data.demands
      .filter((demand) => !view.cargo || view.cargo.has(demand[3]))
      .map((demand) => ({ demand, told: fate(demand, view) }))
      .filter(({ told }) => told)
      .sort((a, b) => b.told[0] - a.told[0] || (a.demand[0] < b.demand[0] ? -1 : 1));
    holder.hidden = !data.demands.length;
    if (holder.hidden) return;
    const item = ({ demand, told }) => element('li', null, element('button', { type: 'button', click: () => show(demand) },
      element('span', null, fromTo(data, demand)),
      element('span', { class: 'quiet' }, `${data.cargo[demand[3]]}: ${told[1]}`)));
    const list = element('ol', { class: 'full' }, rows.slice(0, FEW).map(item));
    const title = view.difference ? 'Who is hit' : `Not carried ${data.states[view.state].toLowerCase()}`;
    const more = rows.length > FEW
      ? button(`All ${rows.length}`, ({ currentTarget }) => {
        list.append(...rows.slice(FEW).map(item));
        list.children[FEW].firstChild.focus();
        currentTarget.remove();
      }, { class: 'more-rows' }) : null;
    holder.replaceChildren(element('h2', null, rows.length ? title : `${title}: nobody`), list, more || '');
  };

  // What a click on a demand opens.
  corridors.demandPopup = function (data, demand) {
    const [, , , cargo, wanted, unserved, rerouted, hours] = demand;
    const row = (label, values, last) => element('tr', null, element('th', { scope: 'row' }, label),
      values.map((value) => element('td', { class: value ? 'number' : 'number zero' }, number(value))), last);
    return element('article', { class: 'popup' },
      element('h2', null, fromTo(data, demand)),
      element('p', { class: 'facts' }, data.cargo[cargo]),
      element('table', null,
        element('thead', null, element('tr', null, element('td', null, 't/day'), data.states.map((label) => element('th', { scope: 'col', class: 'number' }, label)))),
        element('tbody', null, row('Wanted', wanted), row('Not carried', unserved))),
      rerouted > 0.05 ? element('p', null, `${number(rerouted)} t a day go another way, ${number(Math.abs(hours))} ${number(Math.abs(hours)) === '1' ? 'hour' : 'hours'} ${hours >= 0 ? 'longer' : 'shorter'}.`) : null);
  };
})(window.corridorsMap);
