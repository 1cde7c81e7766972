// The map of a run by days: lines once, circles and the list anew for each day.
(function (corridors) {
  'use strict';
  const { drawing, element, number, units } = corridors;
  const PANES = { countries: 200, casing: 410, lines: 420, hits: 430, leaders: 440, queues: 450, labels: 620 };
  const POINTED = new Set(['hits', 'queues']);
  const ROWS = 8; // queues in the list
  const WIDEST = 9; // pixels of the widest line beyond the thinnest
  const LARGEST = 30; // pixels of the largest circle's radius
  const PACE = 250; // milliseconds a day
  const FULL_RATE = 0.999; // of all at one place: what is said in units

  function panes(map) {
    const renderers = {};
    for (const [name, z] of Object.entries(PANES)) {
      const pane = map.createPane(name);
      pane.style.zIndex = z;
      if (!POINTED.has(name)) pane.style.pointerEvents = 'none';
      renderers[name] = L.svg({ pane: name, padding: 0.5 });
    }
    return renderers;
  }

  function legend(section, steps, radius, data) {
    const { CIRCLE, MODE, CLOSED } = corridors.colours;
    const circles = steps.map((t) => {
      const r = radius(t) + 1;
      return element('li', null,
        drawing('svg', { width: 2 * r, height: 2 * r, 'aria-hidden': 'true' }, drawing('circle', {
          cx: r, cy: r, r: r - 1, stroke: CIRCLE.color, fill: CIRCLE.fillColor, 'fill-opacity': 0.5,
        })), `${number(t)} t`);
    });
    const sample = (colour, dash) => {
      const line = drawing('line', { x1: 1, y1: 4, x2: 21, y2: 4, stroke: colour, 'stroke-width': dash ? 2.6 : 4, 'stroke-linecap': dash ? 'butt' : 'round' });
      if (dash) line.setAttribute('stroke-dasharray', dash);
      return drawing('svg', { width: 22, height: 8, 'aria-hidden': 'true' }, line);
    };
    const modes = [...new Set(data.links.map((link) => link.mode))].sort();
    const keys = modes.map((mode) => element('li', null, sample(MODE[mode] || corridors.colours.OTHER_MODE), corridors.words.mode[mode] || mode));
    if (data.links.some((link) => link.closed.includes(1))) keys.push(element('li', null, sample(CLOSED, '5 4'), 'Closed that day'));
    section.replaceChildren(...(circles.length ? [
      element('h2', null, 'Circles: cargo that waits there'), element('ul', { class: 'queue-circles' }, circles),
      element('p', { class: 'quiet' }, 'A circle for each queue. Other traffic, which the demand table leaves out, is in the list of trains and trucks but has no tonnes.')] : []),
    element('h2', null, 'Lines: what moves that day, wider for more'), element('ul', { class: 'keys' }, keys));
  }

  // Each queue at each place once, whatever it waits for there.
  function standing(data) {
    const found = [];
    data.queues.forEach((queue) => {
      const at = new Map();
      queue.stands.forEach(({ place, towards, t }) => {
        if (!at.has(place)) at.set(place, { queue, place: data.places[place], towards: new Set(), t: data.days.map(() => 0) });
        const own = at.get(place);
        if (towards) own.towards.add(towards);
        t.forEach((amount, day) => { own.t[day] += amount; });
      });
      found.push(...at.values());
    });
    return found;
  }

  corridors.drawQueues = function (data) {
    const map = corridors.newMap('map', [...data.links.flatMap(({ lines: parts }) => parts.flat().map(([lon, lat]) => [lat, lon])), ...data.places.map(({ at }) => at)]);
    const renderers = panes(map);
    const page = (id) => document.getElementById(id);
    const names = corridors.countries(map, data, 'countries', renderers.countries);
    const popup = L.popup({ maxWidth: Math.min(340, map.getSize().x - 64), maxHeight: Math.min(360, map.getSize().y - 90), className: 'about' });
    let day = 0;
    let open = null; // what the popup is about: a function that says it anew
    let followed = () => {}; // what moves with the day beside the curves

    const stands = standing(data);
    const sum = (values) => values.reduce((all, t) => all + t, 0);
    const waiting = data.days.map((_, i) => sum(stands.map(({ t }) => t[i])));
    const biggest = stands.reduce((found, { t }) => Math.max(found, ...t), 1);
    const radius = (t) => 2.5 + (LARGEST - 2.5) * Math.sqrt(t / biggest);
    const total = (queue) => sum(queue.stands.map(({ t }) => t[day]));
    // In units where all of a queue stands at one place that day, in tonnes where it is spread.
    const amount = ({ queue, t }) => (t[day] >= FULL_RATE * total(queue)
      ? `${number(queue.units[day])} ${units(queue.unit)}` : `${number(t[day])} t`);
    const towards = (at) => (at.towards.size === 1 ? `, towards ${[...at.towards][0]}` : '');

    function about(title, facts, rows) {
      return element('article', { class: 'popup' }, element('h2', null, title), element('p', { class: 'facts' }, facts),
        rows.length ? element('table', null, element('tbody', null, rows.map(([label, value]) => element('tr', null,
          element('th', { scope: 'row' }, label), element('td', { class: 'number' }, value))))) : null);
    }
    function show(at, says) {
      open = null;
      popup.setLatLng(at).setContent(says()).openOn(map);
      open = says;
    }
    map.on('popupclose', () => { open = null; });

    function sayQueue(at) {
      const top = at.t.indexOf(Math.max(...at.t));
      return about(at.queue.name, `at ${at.place.name}${towards(at)}`, [
        [`On ${data.days[day]}`, amount(at)], ['Cargo, t', number(at.t[day])],
        [`Most, on ${data.days[top]}, t`, number(at.t[top])],
        ...(at.queue.arrived.length ? [['Have come since the first day', number(at.queue.arrived[day])], ['Have left', number(at.queue.left[day])]] : []),
      ]);
    }
    function sayLink(link) {
      const most = Math.max(...link.t);
      return about(link.name, `${corridors.words.mode[link.mode] || link.mode}${link.closed[day] ? ' · closed that day' : ''}`, [
        [`On ${data.days[day]}, t`, number(link.t[day])], ['Mean a day, t', number(sum(link.t) / data.days.length)],
        [`Most, on ${data.days[link.t.indexOf(most)]}, t`, number(most)],
      ]);
    }

    const most = data.links.reduce((found, link) => Math.max(found, ...link.t), 1);
    data.links.forEach((link) => { [link.line] = link.lines; });
    const drawn = new Map(data.links.map((link) => {
      const course = link.lines.map((line) => line.map(([lon, lat]) => [lat, lon]));
      const make = (pane, more) => corridors.ribbon(course, { pane, renderer: renderers[pane], interactive: false, smoothFactor: 0.6, lineJoin: 'round', ...more });
      const parts = {
        casing: make('casing', { lineCap: 'round', opacity: 0.9 }), line: make('lines', { className: 'flow' }),
        hit: make('hits', { interactive: true, opacity: 0, className: 'hit', bubblingMouseEvents: false }), look: { weight: 0 },
      };
      parts.hit.bindTooltip(() => element('div', { class: 'tip' }, element('strong', null, link.name),
        element('span', null, link.closed[day] ? 'closed that day' : `${number(link.t[day])} t that day`)), { sticky: true, className: 'hint' });
      parts.hit.on('click', (event) => show(event.latlng, () => sayLink(link)));
      return [link, parts];
    }));
    const bundles = corridors.bundles(data.links);

    function lines() {
      const { MODE, OTHER_MODE, CLOSED, CASING } = corridors.colours;
      drawn.forEach(({ casing, line, hit, look }, link) => {
        const shut = Boolean(link.closed[day]);
        const t = link.t[day];
        look.weight = shut ? 2.6 : t > 0 ? 1 + WIDEST * Math.sqrt(t / most) : 0;
        line.setStyle({ color: shut ? CLOSED : MODE[link.mode] || OTHER_MODE, weight: look.weight, dashArray: shut ? '7 6' : null, lineCap: shut ? 'butt' : 'round' });
        casing.setStyle({ color: CASING, weight: look.weight + 1.6 });
        hit.setStyle({ weight: Math.max(look.weight + 6, 14) });
        [casing, line, hit].forEach((part) => { if (look.weight > 0) part.addTo(map); else part.remove(); });
      });
      bundles.forEach((bundle) => corridors.spread(bundle.filter(([link]) => drawn.get(link).look.weight > 0), (link) => drawn.get(link)));
      drawn.forEach(({ line, casing }, link) => { if (link.closed[day]) [casing, line].forEach((part) => part._map && part.bringToFront()); });
    }

    const circles = new Map(stands.map((at) => {
      const circle = L.circleMarker(at.place.at, { pane: 'queues', renderer: renderers.queues, className: 'queue', weight: 1.5, fillOpacity: 0.5, bubblingMouseEvents: false });
      circle.bindTooltip(() => element('div', { class: 'tip' }, element('strong', null, `${at.place.name}: ${number(at.t[day])} t wait`),
        element('span', null, `${amount(at)}: ${at.queue.name}`)), { className: 'hint' });
      circle.on('click', () => {
        show(circle.getLatLng(), () => sayQueue(at));
        choose(at.queue);
      });
      return [at, { circle, leader: L.polyline([], { pane: 'leaders', renderer: renderers.leaders, weight: 1.2, interactive: false }) }];
    }));

    // The larger first, so that the smaller lie above; none hides another.
    function place() {
      const here = stands.filter((at) => at.t[day] > 0).sort((a, b) => b.t[day] - a.t[day]);
      const spots = corridors.apart(here.map((at) => ({ home: map.latLngToLayerPoint(at.place.at), radius: radius(at.t[day]) })));
      circles.forEach(({ circle, leader }, at) => { if (!(at.t[day] > 0)) [circle, leader].forEach((part) => part.remove()); });
      here.forEach((at, i) => {
        const { circle, leader } = circles.get(at);
        const to = map.layerPointToLatLng(spots[i]);
        circle.setStyle(corridors.colours.CIRCLE).setRadius(radius(at.t[day])).setLatLng(to).addTo(map).bringToFront();
        leader.setStyle({ color: corridors.colours.CIRCLE.color }).setLatLngs([at.place.at, to]);
        if (spots[i].distanceTo(map.latLngToLayerPoint(at.place.at)) > 1) leader.addTo(map); else leader.remove();
      });
    }

    function where(queue) {
      const here = queue.stands.filter(({ t }) => t[day] > 0).sort((a, b) => b.t[day] - a.t[day]);
      const at = [...new Set(here.map((stand) => data.places[stand.place].name))];
      const shown = at.length > 2 ? `${at[0]} and ${at.length - 1} more places` : at.join(' and ');
      const to = new Set(here.map((stand) => stand.towards));
      return `at ${shown}${to.size === 1 && here[0].towards ? `, towards ${here[0].towards}` : ''}`;
    }

    const labels = corridors.labels(map, 'labels', () => {
      const largest = new Map();
      stands.forEach((at) => largest.set(at.place, Math.max(largest.get(at.place) || 0, at.t[day])));
      return [...names(), ...[...largest].filter(([, t]) => t > 0).map(([own, t]) => {
        const size = radius(t);
        return { at: own.at, text: own.name, kind: 'place', rank: 2.5 + t / biggest, gap: size + 3, from: 0, mark: size * 0.7 };
      })];
    });

    let chosen = null;
    const queueOrder = () => data.queues.map((queue) => ({ queue, t: total(queue) })).filter(({ t }) => t > 0).sort((a, b) => b.t - a.t);
    function choose(queue) {
      chosen = queue;
      followed = corridors.curves(page('queue-curves'), queue, data.days.length);
      followed(day);
    }
    // Shows where a queue is longest, and what is known of it.
    function go(queue) {
      const [at] = stands.filter((stand) => stand.queue === queue).sort((a, b) => b.t[day] - a.t[day]);
      if (document.body.classList.contains('panel-open')) page('more-button').click();
      choose(queue);
      if (!at) return;
      map.setView(at.place.at, Math.max(map.getZoom(), 7), { animate: false });
      show(at.place.at, () => sayQueue(at));
    }

    function list() {
      const order = queueOrder();
      const rows = order.slice(0, ROWS).map(({ queue, t }) => element('tr', null,
        element('td', null, element('button', { type: 'button', class: 'queue-name', click: () => go(queue) }, queue.name), element('span', null, where(queue))),
        element('td', null, queue.unit === 't' ? `${number(t)} t` : `${number(queue.units[day])} ${units(queue.unit)}`,
          queue.unit === 't' ? '' : element('span', null, `${number(t)} t`))));
      const rest = sum(order.slice(ROWS).map(({ t }) => t));
      if (rest > 0) rows.push(element('tr', null, element('td', null, `${order.length - ROWS} more`), element('td', null, `${number(rest)} t`)));
      page('queue-rows').replaceChildren(...(rows.length ? rows : [element('tr', null, element('td', null, 'Nothing waits'), element('td'))]));
    }

    const slider = page('queue-slider');
    slider.max = String(data.days.length - 1);
    const profiled = corridors.profile(page('queue-profile'), waiting, (next) => {
      stop();
      showDay(next);
    });
    const fated = corridors.fate(page('queue-fate'), data.fate);
    function showDay(next) {
      day = next;
      slider.value = String(day);
      slider.setAttribute('aria-valuetext', data.days[day]);
      page('queue-day').textContent = data.days[day];
      page('queue-note').textContent = data.notes[day] || 'no event in force';
      lines();
      place();
      list();
      labels();
      profiled(day);
      fated(day);
      if (!chosen && queueOrder().length) choose(queueOrder()[0].queue);
      followed(day);
      if (open) popup.setContent(open());
    }

    let timer = null;
    const play = page('queue-play');
    function stop() {
      window.clearInterval(timer);
      timer = null;
      play.textContent = 'Play';
    }
    play.addEventListener('click', () => {
      if (timer !== null) {
        stop();
        return;
      }
      if (day === data.days.length - 1) showDay(0);
      play.textContent = 'Stop';
      timer = window.setInterval(() => (day >= data.days.length - 1 ? stop() : showDay(day + 1)), PACE);
    });
    slider.addEventListener('input', () => {
      stop();
      showDay(Number(slider.value));
    });
    page('more-button').addEventListener('click', (event) => {
      const isOpen = document.body.classList.toggle('panel-open');
      event.currentTarget.setAttribute('aria-expanded', String(isOpen));
      event.currentTarget.textContent = isOpen ? 'Close' : 'Legend and more';
    });

    const targets = new Map();
    const add = (name, act) => targets.set(targets.has(name) ? `${name} [${targets.size}]` : name, act);
    data.queues.forEach((queue) => add(`${queue.name}, queue`, () => go(queue)));
    data.places.forEach((own) => add(own.name, () => {
      if (document.body.classList.contains('panel-open')) page('more-button').click();
      map.setView(own.at, Math.max(map.getZoom(), 7), { animate: false });
      show(own.at, () => about(own.name, `On ${data.days[day]}`, stands.filter((at) => at.place === own && at.t[day] > 0).map((at) => [at.queue.name, amount(at)])));
    }));
    data.links.forEach((link) => add(`${link.name}, ${(corridors.words.mode[link.mode] || link.mode).toLowerCase()}`, () => {
      const middle = corridors.middle(link.line);
      map.fitBounds(L.latLngBounds(link.line.map(([lon, lat]) => [lat, lon])).pad(0.6), { maxZoom: 8, animate: false });
      show(middle, () => sayLink(link));
    }));
    corridors.finder(page('search'), targets, 'Find a queue, a place or a link', (act) => act());

    const draw = () => {
      legend(page('legend'), data.queues.length ? corridors.widthSteps(biggest) : [], radius, data);
      showDay(day);
    };
    corridors.credit(map, data.credits);
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
    map.fitBounds(data.bounds, { animate: false });
    day = data.begin;
    draw();
    map.on('zoomend viewreset', place);
    corridors.onPaper(map, draw);
  };
})(window.corridorsMap);
