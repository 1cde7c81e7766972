// The panel beside the map: which state, what the colours mean, what is shown, search.
(function (corridors) {
  'use strict';
  const { element, drawing, number, words, capital } = corridors;

  function heading(text) {
    return element('h2', null, text);
  }

  // The switch: a slider for a long row of states, radio buttons for a few.
  corridors.stateSwitch = function (holder, data, first, choose) {
    const options = data.states.map((label, state) => ({ label, state, difference: false }));
    if (data.states.length < 2) return;
    if (data.states.length === 2) options.push({ label: 'Difference', state: 1, difference: true });
    if (data.states.length > 4) {
      const says = element('output', { for: 'state' }, data.states[first]);
      const slider = element('input', {
        type: 'range', id: 'state', min: 0, max: data.states.length - 1, value: first,
        'aria-label': 'Day',
        input: (event) => {
          const state = Number(event.target.value);
          says.textContent = data.states[state];
          slider.setAttribute('aria-valuetext', data.states[state]);
          choose(options[state]);
        },
      });
      holder.append(element('div', { class: 'slider' }, slider, says));
      return;
    }
    const buttons = options.map((option, index) => element('label', null,
      element('input', {
        type: 'radio', name: 'state', id: `state-${index}`, value: index, checked: index === first,
        change: () => choose(option),
      }),
      element('span', null, option.label)));
    holder.append(element('fieldset', { class: 'switch' },
      element('legend', { class: 'unseen' }, 'Situation shown'), buttons));
  };

  function sample(colour, width, dash, extra) {
    const line = drawing('line', {
      x1: 3, x2: 37, y1: 9, y2: 9, stroke: colour, 'stroke-width': width, 'stroke-linecap': dash ? 'butt' : 'round',
    });
    if (dash) line.setAttribute('stroke-dasharray', dash);
    if (dash && dash.startsWith('0.1')) line.setAttribute('stroke-linecap', 'round');
    const picture = drawing('svg', { width: 40, height: 18, viewBox: '0 0 40 18', 'aria-hidden': 'true' }, line);
    if (extra) picture.append(extra);
    return picture;
  }

  function cross(x, y, colour) {
    const mark = drawing('g', { transform: `translate(${x} ${y})` });
    mark.append(
      drawing('circle', { r: 6.5, fill: colour, stroke: corridors.colours.CASING, 'stroke-width': 1.5 }),
      drawing('path', { d: 'M-2.6 -2.6L2.6 2.6M2.6 -2.6L-2.6 2.6', stroke: '#fff', 'stroke-width': 1.8, 'stroke-linecap': 'round' }));
    return mark;
  }
  corridors.cross = (colour, size) =>
    drawing('svg', { width: size, height: size, viewBox: '-10 -10 20 20', 'aria-hidden': 'true' }, cross(0, 0, colour));

  function key(picture, text) {
    return element('li', null, picture, element('span', null, text));
  }

  function dot(style, ring) {
    const circle = ring
      ? drawing('circle', { cx: 20, cy: 9, r: 7.5, fill: corridors.colours.CLOSED, 'fill-opacity': 0.1, stroke: corridors.colours.CLOSED, 'stroke-width': 1.6 })
      : drawing('circle', { cx: 20, cy: 9, r: style.radius, fill: style.fill, stroke: style.stroke, 'stroke-width': 1.6 });
    return drawing('svg', { width: 40, height: 18, viewBox: '0 0 40 18', 'aria-hidden': 'true' }, circle);
  }

  corridors.arrowSample = () => {
    const picture = sample(corridors.colours.OTHER_MODE, 8);
    picture.append(drawing('path', { d: 'M17 5L21 9L17 13', fill: 'none', stroke: corridors.colours.CASING, 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));
    return picture;
  };

  // A strip of colours with the bounds between them.
  function ramp(steps) {
    return element('ul', { class: 'ramp' }, steps.map((step) => element('li', null,
      drawing('svg', { width: '100%', height: 9, 'aria-hidden': 'true' },
        drawing('rect', { width: '100%', height: 9, fill: step.colour })),
      element('span', null, step.label))));
  }

  corridors.legend = function (holder, data, view) {
    const { USE, UNKNOWN, IDLE, SAME, PLANNED, CLOSED, CLOSED_BEFORE, LESS, MORE, MODE, OTHER_MODE } = corridors.colours;
    const parts = [];
    const keys = [];
    const closed = data.links.filter((link) => corridors.isClosed(link, view));
    const old = closed.filter(corridors.wasClosed).length;
    const shut = closed.length - old;
    const { flows } = view;
    if (flows) {
      const ink = view.difference ? MORE[1] : OTHER_MODE;
      parts.push(heading(`Line width: ${view.difference ? 'change of ' : ''}${view.cargoName || 'cargo'}, t/day`),
        element('ul', { class: 'widths' }, corridors.widthSteps(view.difference ? view.mostChanged : view.most).map((flow) => {
          const wide = corridors.width(flow, view);
          return element('li', null,
            drawing('svg', { width: '100%', height: 24, 'aria-hidden': 'true' },
              drawing('line', { x1: '8%', x2: '92%', y1: 12, y2: 12, stroke: ink, 'stroke-width': wide, 'stroke-linecap': 'butt' })),
            element('span', null, number(flow)));
        })));
    }
    if (flows && view.difference) {
      parts.push(heading('Colour: more or less than before'), ramp([
        { colour: LESS[1], label: 'much less' }, { colour: LESS[0], label: 'less' }, { colour: SAME, label: 'same' },
        { colour: MORE[0], label: 'more' }, { colour: MORE[1], label: 'much more' }]),
      element('p', { class: 'quiet' }, `Much: ${number(corridors.largeChange(view))} t/day or more.`));
    } else if (flows) {
      parts.push(heading(`Colour: share of capacity in use${view.cargo ? ' by all cargo' : ''}, %`), ramp(USE));
      keys.push(key(sample(UNKNOWN, 5), 'capacity not known'), key(sample(IDLE, 1.4), 'no cargo'));
    } else {
      const known = Object.keys(words.mode);
      const modes = [...new Set(data.links.map((link) => link.mode))].sort((a, b) => known.indexOf(a) - known.indexOf(b));
      modes.forEach((mode) => keys.push(key(sample(MODE[mode] || OTHER_MODE, 2.6), words.mode[mode] || capital(mode))));
    }
    if (data.links.some((link) => link.planned)) keys.push(key(sample(PLANNED, 2.4, '0.1 5'), 'planned'));
    if (shut) keys.push(key(sample(CLOSED, 2.6, '7 5', cross(20, 9, CLOSED)), `closed (${shut})`));
    if (old) keys.push(key(sample(CLOSED_BEFORE, 1.6, '5 4', cross(20, 9, CLOSED_BEFORE)), `closed before (${old})`));
    const kinds = new Set(data.nodes.map((node) => node.kind));
    for (const kind of ['border', 'port', 'terminal']) {
      if (kinds.has(kind)) keys.push(key(dot(corridors.nodeStyle(kind)), words.kind[kind].toLowerCase()));
    }
    if (flows) keys.push(key(corridors.arrowSample(), 'which way most goes'));
    if (data.nodes.some((node) => node.from.some((amounts) => amounts.length))) {
      keys.push(key(dot(null, true), 'not served from here'));
    }
    holder.replaceChildren(...parts, element('ul', { class: 'keys' }, keys));
  };

  // What is full now, by what all of its room is worth, as reports have it: a price is that of a unit,
  // and a train is more than a box. A click goes there.
  corridors.fullList = function (holder, data, view, go) {
    const limits = data.limits
      .map((row, rank) => ({
        row, rank, amount: row[2][view.state], used: row[3][view.state], price: row[4][view.state] || 0, worth: row[6]?.[view.state] }))
      .filter(({ amount, used }) => amount && used !== null && used >= 0.995 * amount)
      .sort((a, b) => (b.worth ?? b.price) - (a.worth ?? a.price) || (a.row[0] < b.row[0] ? -1 : 1))
      .slice(0, 8);
    holder.hidden = !view.flows;
    if (!view.flows) return;
    const items = limits.map(({ row, rank, amount, price }) => {
      const link = data.links.find((candidate) => candidate.limits.includes(rank));
      return element('li', null, element('button', { type: 'button', click: () => go(link) },
        element('span', null, row[0]),
        element('span', { class: 'quiet' }, `${number(amount)} ${corridors.units(row[1], amount)}/day`
          + (price ? `; one more is worth ${number(price)} USD` : ''))));
    });
    holder.replaceChildren(heading((items.length ? 'Full' : 'Nothing is full')
      + (data.states.length > 1 ? `: ${data.states[view.state].toLowerCase()}` : '')), element('ol', { class: 'full' }, items));
  };

  // A text field that knows the names; choosing one goes there.
  corridors.search = function (holder, data, go) {
    const targets = new Map();
    const add = (name, item) => targets.set(targets.has(name) ? `${name} [${item.id}]` : name, item);
    data.nodes.forEach((node) => add(`${node.name}, ${(words.kind[node.kind] || node.kind).toLowerCase()}`, node));
    data.links.forEach((link) => add(corridors.fullName(link), link));
    corridors.finder(holder, targets, 'Find a place or a link', go);
  };

  function group(title, names, label, count, hidden, changed) {
    if (names.length < 2) return null;
    return element('fieldset', null, element('legend', null, title), names.map((name) => element('label', null,
      element('input', {
        type: 'checkbox', checked: !hidden.has(name), 'data-layer': name,
        change: (event) => {
          if (event.target.checked) hidden.delete(name); else hidden.add(name);
          changed();
        },
      }),
      element('span', null, label(name)), count(name) ? element('span', { class: 'count' }, count(name)) : null)));
  }

  // Which modes and corridors are drawn, and whether names are.
  corridors.layers = function (holder, data, hidden, changed) {
    const names = (what) => [...new Set(data.links.map((link) => link[what]))].sort();
    const count = (what) => (name) => String(data.links.filter((link) => link[what] === name).length);
    const groups = [
      group('Mode', names('mode'), (mode) => words.mode[mode] || capital(mode), count('mode'), hidden.mode, changed),
      group('Corridor', names('corridor'), (name) => (name ? capital(name) : 'No corridor'), count('corridor'), hidden.corridor, changed),
      group('Also', ['places', 'names'], (name) => ({ places: 'Places', names: 'Names' })[name], () => '', hidden.also, changed),
    ].filter(Boolean);
    holder.append(element('details', { class: 'layers' }, element('summary', null, 'Modes, corridors, places'), groups));
  };
})(window.corridorsMap);
