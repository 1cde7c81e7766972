// The small pictures beside the map: what waits by day, where the cargo is, the curves of a queue.
(function (corridors) {
  'use strict';
  const { drawing, element, number, units } = corridors;
  const WIDE = 300;

  const tonnes = (t) => (t >= 1e6 ? `${number(t / 1e6)} Mt` : t >= 1e4 ? `${number(t / 1e3)} kt` : `${number(t)} t`);

  const points = (values, most, high, wide) => values.map((value, day) =>
    `${((wide * day) / Math.max(values.length - 1, 1)).toFixed(1)} ${(high - (high - 2) * (value / most)).toFixed(1)}`);

  function picture(high, label, ...parts) {
    return drawing('svg', { viewBox: `0 0 ${WIDE} ${high}`, preserveAspectRatio: 'none', class: 'chart', height: high, role: 'img', 'aria-label': label }, ...parts);
  }

  // A line at a day, which follows the slider.
  function pointer(high) {
    return drawing('line', { class: 'now', x1: 0, x2: 0, y1: 0, y2: high });
  }

  function point(line, day, days) {
    const x = ((WIDE * day) / Math.max(days - 1, 1)).toFixed(1);
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
  }

  // All that waits, by day, above the slider; a click goes to a day.
  corridors.profile = function (holder, values, choose) {
    const most = Math.max(...values, 1);
    const now = pointer(44);
    const drawn = picture(44, `Cargo that waits, up to ${number(most)} t`,
      drawing('path', { class: 'area', d: `M0 44L${points(values, most, 44, WIDE).join('L')}L${WIDE} 44Z` }), now);
    drawn.addEventListener('click', (event) => {
      const box = drawn.getBoundingClientRect();
      choose(Math.round(((event.clientX - box.left) / box.width) * (values.length - 1)));
    });
    holder.replaceChildren(drawn);
    return (day) => point(now, day, values.length);
  };

  // Where the cargo is that wanted to leave so far.
  corridors.fate = function (holder, fate) {
    if (!fate.length) return () => {};
    const [[, all], ...places] = fate;
    const shown = places.filter(([, values]) => values.some((t) => t > 0));
    const title = element('h2');
    const rows = shown.map(([label, values]) => {
      const bar = drawing('rect', { class: 'bar', height: 8, width: 0, y: 0 });
      const amount = element('td');
      return { values, bar, amount, row: element('tr', null, element('th', { scope: 'row' }, label),
        element('td', null, drawing('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', width: '100%', height: 8, 'aria-hidden': 'true' }, bar)), amount) };
    });
    holder.replaceChildren(title, element('table', { class: 'fate' }, element('tbody', null, rows.map(({ row }) => row))));
    return (day) => {
      title.textContent = `Of ${tonnes(all[day])} that wanted to leave so far`;
      rows.forEach(({ values, bar, amount }) => {
        const share = all[day] > 0 ? values[day] / all[day] : 0;
        bar.setAttribute('width', (100 * share).toFixed(2));
        amount.textContent = `${tonnes(values[day])}, ${corridors.percent(share)}`;
      });
    };
  };

  // What has come to a queue and what has left it: the height between is the queue.
  corridors.curves = function (holder, queue, days) {
    if (!queue || !queue.arrived.length) {
      holder.replaceChildren();
      return () => {};
    }
    const most = Math.max(...queue.arrived, 1);
    const came = points(queue.arrived, most, 90, WIDE);
    const left = points(queue.left, most, 90, WIDE);
    const now = pointer(90);
    const says = element('p', { class: 'quiet' });
    holder.replaceChildren(element('h2', null, `Come and gone: ${queue.name}`),
      picture(90, `Arrivals and departures of ${queue.name}`,
        drawing('path', { class: 'area', d: `M${came.join('L')}L${left.slice().reverse().join('L')}Z` }),
        drawing('path', { class: 'came', d: `M${came.join('L')}` }), drawing('path', { class: 'left', d: `M${left.join('L')}` }), now),
      says);
    return (day) => {
      point(now, day, days);
      says.textContent = `${number(queue.arrived[day])} ${units(queue.unit)} have come, ${number(queue.left[day])} have left; ${number(queue.units[day])} wait. The upper line is what came, the lower what left.`;
    };
  };
})(window.corridorsMap);
