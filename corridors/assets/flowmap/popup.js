// What a click on a line or a place tells. Text nodes only: no markup comes from the data.
(function (corridors) {
  'use strict';
  const { element, number, signed, percent, words, capital, total } = corridors;

  // Columns of a table of states: all of them if they fit, else the one that is shown.
  function columns(data, view) {
    if (data.states.length > 3) {
      return [{ label: data.states[view.state], value: (values) => values[view.state], print: number }];
    }
    const shown = data.states.map((label, index) => ({
      label: data.states.length > 1 ? label : '',
      value: (values) => values[index],
      print: number,
    }));
    if (data.states.length === 2) {
      shown.push({ label: 'Change', value: (values) => (values[1] ?? 0) - (values[0] ?? 0), print: signed });
    }
    return shown;
  }

  // One table for the whole popup: the states are its columns, each group has a title.
  function table(shown, groups) {
    const kept = groups.filter((group) => group && group.rows.length);
    if (!kept.length) return null;
    const head = shown.some((column) => column.label)
      ? element('thead', null, element('tr', null, element('td'),
        shown.map((column) => element('th', { scope: 'col', class: 'number' }, column.label))))
      : null;
    const bodies = kept.map((group) => element('tbody', null,
      element('tr', { class: 'group' }, element('th', { scope: 'rowgroup', colspan: shown.length + 1 }, group.title)),
      group.rows.map((row) => element('tr', { class: row.class },
        element('th', { scope: 'row' }, row.label),
        shown.map((column, index) => {
          const value = row.texts ? row.texts[index] : column.value(row.values);
          return element('td', { class: value ? 'number' : 'number zero' }, row.texts ? value : column.print(value));
        })))));
    return element('table', null, head || element('thead', null, element('tr', { class: 'widths-only' }, element('td'),
      shown.map(() => element('td', { class: 'number' })))), bodies);
  }

  // One row for each cargo of which there is anything to see in any state.
  function cargoRows(data, byState) {
    const seen = [...new Set(byState.flat().map(([cargo]) => cargo))].sort((a, b) => a - b);
    return seen.map((cargo) => ({
      label: data.cargo[cargo],
      values: byState.map((amounts) => total(amounts.filter(([which]) => which === cargo))),
    })).filter(({ values }) => values.some((value) => /[1-9]/.test(number(value))));
  }

  function cargoGroup(data, title, byState) {
    const rows = cargoRows(data, byState);
    if (rows.length > 1) rows.push({ label: 'Together', values: byState.map((amounts) => total(amounts)), class: 'sum' });
    return { title, rows };
  }

  // A limit that a scenario moves is another in each state.
  function limitGroup(shown, [name, unit, amounts, used, price, inferred]) {
    const isDifference = (column) => column.label === 'Change';
    const known = [...new Set(amounts.filter((amount) => amount !== null))];
    const said = `${name}: ${known.map(number).join(' → ')} ${corridors.units(unit, known.length === 1 ? known[0] : null)}/day${inferred ? ' (inferred)' : ''}`;
    const title = known.length ? said : `${name}: limit not known`;
    if (used.every((value) => value === null)) {
      return { title, rows: [] };
    }
    const rows = [{ label: 'In use', values: used }];
    const shares = used.map((units, state) => (amounts[state] ? units / amounts[state] : null));
    if (shares.some((share) => share !== null)) {
      rows.push({
        label: 'Share',
        texts: shown.map((column) => {
          const share = column.value(shares);
          if (share === null) return '';
          return isDifference(column) ? `${signed(Math.round(100 * share))} pts` : percent(share);
        }),
      });
    }
    if (price.some((value) => value)) rows.push({ label: 'Worth of one more, USD', values: price });
    return { title, rows };
  }

  function sources(data, ranks) {
    if (!ranks.length) return null;
    const items = ranks.map((rank) => {
      const [publisher, title, date, confidence] = data.sources[rank];
      const said = [publisher, title, date].filter(Boolean).join(', ');
      const grade = confidence
        ? element('span', { class: 'grade', title: words.confidence[confidence] || '' }, confidence)
        : null;
      return element('li', null, grade, said);
    });
    return element('details', { class: 'sources' },
      element('summary', null, `Sources (${ranks.length})`),
      element('ul', null, items));
  }

  function facts(parts) {
    return element('p', { class: 'facts' }, parts.filter(Boolean).join(' · '));
  }

  function badge(text, kind) {
    return element('span', { class: `badge ${kind}` }, text);
  }

  function badges(data, view, link) {
    const shut = data.states.filter((_, state) => link.closed[state]);
    const found = [];
    if (shut.length) found.push(badge(data.states.length > 1 && shut.length < data.states.length
      ? `Closed: ${shut.length > 3 ? `${shut.length} of ${data.states.length}` : shut.join(', ').toLowerCase()}` : 'Closed', 'closed'));
    if (link.planned) found.push(badge('Planned', 'planned'));
    return found;
  }

  corridors.linkPopup = function (data, view, link) {
    const shown = columns(data, view);
    const [start, end] = link.ends;
    const there = start && end ? `${start} → ${end}, t/day` : 'Forward, t/day';
    const back = start && end ? `${end} → ${start}, t/day` : 'Backward, t/day';
    const moving = [cargoGroup(data, there, link.forward), cargoGroup(data, back, link.backward)];
    const limits = link.limits.map((rank) => limitGroup(shown, data.limits[rank]));
    const moves = moving.some((group) => group.rows.length);
    return element('article', { class: 'popup' },
      element('h2', null, link.name),
      facts([
        words.mode[link.mode] || capital(link.mode),
        link.gauge && `${link.gauge} mm`,
        link.km !== null && `${number(link.km)} km`,
        link.hours !== null && `${number(link.hours)} h`,
        link.corridor && `${capital(link.corridor)} corridor`,
      ]),
      ...badges(data, view, link),
      table(shown, [...moving, ...limits]),
      limits.filter((group) => !group.rows.length).map((group) => element('p', null, group.title)),
      view.flows && !moves ? element('p', { class: 'quiet' }, 'No cargo moves here in the model.') : null,
      view.flows && !link.limits.length ? element('p', { class: 'quiet' }, 'No capacity is known here.') : null,
      link.note ? element('p', { class: 'note' }, capital(link.note)) : null,
      link.made ? element('p', { class: 'quiet' }, `Line: ${words.made[link.made] || link.made}`) : null,
      sources(data, link.sources));
  };

  corridors.nodePopup = function (data, view, node) {
    const shown = columns(data, view);
    const unserved = [
      cargoGroup(data, 'Starts here and is not served, t/day', node.from),
      cargoGroup(data, 'Ends here and is not served, t/day', node.to),
    ];
    return element('article', { class: 'popup' },
      element('h2', null, node.name),
      facts([words.kind[node.kind] || capital(node.kind), node.country]),
      table(shown, unserved),
      node.note ? element('p', { class: 'note' }, capital(node.note)) : null,
      sources(data, node.sources));
  };

  corridors.linkTip = function (data, view, link) {
    const lines = [element('strong', null, link.name)];
    if (corridors.isClosed(link, view)) lines.push(element('span', { class: 'shut' }, 'closed'));
    if (view.flows) {
      if (view.difference) {
        lines.push(element('span', null, `${signed(link.total[1] - link.total[0])} t/day`));
      } else if (!corridors.isClosed(link, view)) {
        const use = link.use[view.state];
        lines.push(element('span', null, `${number(link.total[view.state])} t/day`
          + (use === null ? '' : ` · ${percent(use)} in use`)));
      }
    }
    return element('div', { class: 'tip' }, lines);
  };
})(window.corridorsMap);
