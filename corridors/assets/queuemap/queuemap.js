// The map of a run by days: lines once, circles and the list anew for each day.
(function (corridors) {
  'use strict';
  const { drawing, element, number, units } = corridors;
  const PANES = { countries: 200, lines: 420, queues: 440, labels: 620 };
  const CIRCLE = { color: '#8e1b2c', weight: 1.5, fillColor: '#d63a4d', fillOpacity: 0.5 };
  const ROWS = 8; // queues in the list
  const WIDEST = 9; // pixels of the widest line beyond the thinnest
  const LARGEST = 30; // pixels of the largest circle's radius
  const PACE = 250; // milliseconds a day

  function panes(map) {
    const renderers = {};
    for (const [name, z] of Object.entries(PANES)) {
      const pane = map.createPane(name);
      pane.style.zIndex = z;
      if (name === 'countries' || name === 'labels') pane.style.pointerEvents = 'none';
      renderers[name] = L.svg({ pane: name, padding: 0.5 });
    }
    return renderers;
  }

  function legend(section, steps, radius) {
    const circles = steps.map((t) => {
      const r = radius(t) + 1;
      return element('li', null,
        drawing('svg', { width: 2 * r, height: 2 * r, 'aria-hidden': 'true' }, drawing('circle', {
          cx: r, cy: r, r: r - 1, stroke: CIRCLE.color, fill: CIRCLE.fillColor, 'fill-opacity': CIRCLE.fillOpacity,
        })), `${number(t)} t`);
    });
    const modes = Object.entries(corridors.colours.MODE).map(([mode, colour]) => element('li', null,
      drawing('svg', { width: 22, height: 8, 'aria-hidden': 'true' }, drawing('line', {
        x1: 1, y1: 4, x2: 21, y2: 4, stroke: colour, 'stroke-width': 4, 'stroke-linecap': 'round',
      })), corridors.words.mode[mode]));
    if (circles.length) section.append(element('h2', null, 'Circles: cargo that waits there'), element('ul', { class: 'queue-circles' }, circles),
      element('p', { class: 'quiet' }, 'Other traffic, which the demand table leaves out, is in the list of trains and trucks but has no tonnes.'));
    section.append(element('h2', null, 'Lines: what moves that day, wider for more'), element('ul', { class: 'keys' }, modes));
  }

  corridors.drawQueues = function (data) {
    const map = corridors.newMap('map');
    const renderers = panes(map);
    const page = (id) => document.getElementById(id);
    const names = corridors.countries(map, data, 'countries', renderers.countries);
    let day = 0;

    const most = data.links.reduce((found, link) => Math.max(found, ...link.t), 1);
    const lines = data.links.map((link) => L.polyline(link.line, {
      pane: 'lines', renderer: renderers.lines, color: corridors.colours.MODE[link.mode] || corridors.colours.OTHER_MODE, lineCap: 'round',
    }).bindTooltip(() => element('div', { class: 'tip' }, element('strong', null, link.name),
      element('span', null, `${number(link.t[day])} t that day`)), { sticky: true, className: 'hint' }).addTo(map));

    // What stands at each place: the queues, and the tonnes of each by day.
    const places = data.places.map((place, rank) => {
      const stands = data.queues.flatMap((queue) => queue.stands.filter((at) => at.place === rank).map((at) => ({ queue, t: at.t })));
      return { ...place, stands, t: data.days.map((_, i) => stands.reduce((sum, { t }) => sum + t[i], 0)) };
    });
    const biggest = places.reduce((found, place) => Math.max(found, ...place.t), 1);
    const radius = (t) => 2.5 + (LARGEST - 2.5) * Math.sqrt(t / biggest);
    const total = (queue) => queue.stands.reduce((sum, { t }) => sum + t[day], 0);
    // In units where all of a queue stands at one place that day, in tonnes where it is spread.
    const amount = ({ queue, t }) => (t[day] === total(queue)
      ? `${number(queue.units[day])} ${units(queue.unit)}` : `${number(t[day])} t`);
    const circles = places.map((place) => L.circleMarker(place.at, {
      ...CIRCLE, pane: 'queues', renderer: renderers.queues, className: 'queue',
    }).bindTooltip(() => element('div', { class: 'tip' }, element('strong', null, `${place.name}: ${number(place.t[day])} t wait`),
      place.stands.filter(({ t }) => t[day] > 0).map((at) => element('span', null, `${amount(at)}: ${at.queue.name}`))),
    { className: 'hint' }));

    function where(queue) {
      const here = queue.stands.filter(({ t }) => t[day] > 0).sort((a, b) => b.t[day] - a.t[day]);
      const at = [...new Set(here.map(({ place }) => places[place].name))];
      const shown = at.length > 2 ? `${at[0]} and ${at.length - 1} more places` : at.join(' and ');
      const towards = new Set(here.map((stand) => stand.towards));
      return `at ${shown}${towards.size === 1 && here[0].towards ? `, towards ${here[0].towards}` : ''}`;
    }

    const labels = corridors.labels(map, 'labels', () => [
      ...names(),
      ...places.filter((place) => place.t[day] > 0).map((place) => {
        const size = radius(place.t[day]);
        return { at: place.at, text: place.name, kind: 'place', rank: 2.5 + place.t[day] / biggest, gap: size + 3, from: 0, mark: size * 0.7 };
      }),
    ]);

    function list() {
      const order = data.queues.map((queue) => ({ queue, t: total(queue) })).filter(({ t }) => t > 0).sort((a, b) => b.t - a.t);
      const rows = order.slice(0, ROWS).map(({ queue, t }) => element('tr', null,
        element('td', null, queue.name, element('span', null, where(queue))),
        element('td', null, queue.unit === 't' ? `${number(t)} t` : `${number(queue.units[day])} ${units(queue.unit)}`,
          queue.unit === 't' ? '' : element('span', null, `${number(t)} t`))));
      const rest = order.slice(ROWS).reduce((sum, { t }) => sum + t, 0);
      if (rest > 0) rows.push(element('tr', null, element('td', null, `${order.length - ROWS} more`), element('td', null, `${number(rest)} t`)));
      page('queue-rows').replaceChildren(...(rows.length ? rows : [element('tr', null, element('td', null, 'Nothing waits'), element('td'))]));
    }

    const slider = page('queue-slider');
    slider.max = String(data.days.length - 1);
    function show(next) {
      day = next;
      slider.value = String(day);
      slider.setAttribute('aria-valuetext', data.days[day]);
      page('queue-day').textContent = data.days[day];
      page('queue-note').textContent = data.notes[day] || 'no event in force';
      lines.forEach((line, i) => {
        const t = data.links[i].t[day];
        line.setStyle({ weight: t > 0 ? 1 + WIDEST * Math.sqrt(t / most) : 0, opacity: t > 0 ? 0.62 : 0 });
      });
      // The smaller above the larger, so that each can be pointed at.
      places.map((place, i) => [place.t[day], i]).sort((a, b) => b[0] - a[0]).forEach(([t, i]) => {
        if (t > 0) circles[i].setRadius(radius(t)).addTo(map).bringToFront(); else circles[i].remove();
      });
      list();
      labels();
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
      if (day === data.days.length - 1) show(0);
      play.textContent = 'Stop';
      timer = window.setInterval(() => (day >= data.days.length - 1 ? stop() : show(day + 1)), PACE);
    });
    slider.addEventListener('input', () => {
      stop();
      show(Number(slider.value));
    });
    page('more-button').addEventListener('click', (event) => {
      const isOpen = document.body.classList.toggle('panel-open');
      event.currentTarget.setAttribute('aria-expanded', String(isOpen));
      event.currentTarget.textContent = isOpen ? 'Close' : 'Legend and more';
    });

    legend(page('legend'), data.queues.length ? corridors.widthSteps(biggest) : [], radius);
    corridors.credit(map, data.credits);
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
    map.fitBounds(data.bounds, { animate: false });
    show(data.begin);
  };
})(window.corridorsMap);
