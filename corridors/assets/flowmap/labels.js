// Names on the map: the important ones first, and only where nothing stands yet.
(function (corridors) {
  'use strict';
  const { element } = corridors;
  const FONT = { place: '500 12px', minor: '400 11px', country: '600 12px', closed: '700 12px' };
  const HEIGHT = 15;
  const ruler = document.createElement('canvas').getContext('2d');
  const widths = new Map();

  function width(text, kind) {
    const key = kind + text;
    if (!widths.has(key)) {
      ruler.font = `${FONT[kind]} ${getComputedStyle(document.body).fontFamily}`;
      const spacing = kind === 'country' ? text.length * 1.3 : 0;
      widths.set(key, ruler.measureText(text).width + spacing + 4);
    }
    return widths.get(key);
  }

  // Where a place may have its name: right, left, above, below, and the corners.
  function round(label, at, w) {
    const { gap } = label;
    return [
      [at.x + gap, at.y - HEIGHT / 2],
      [at.x - gap - w, at.y - HEIGHT / 2],
      [at.x - w / 2, at.y - gap - HEIGHT + 2],
      [at.x - w / 2, at.y + gap - 2],
      [at.x + gap - 2, at.y - gap - HEIGHT / 2],
      [at.x + gap - 2, at.y + gap - HEIGHT / 2],
    ];
  }

  // A country may have it anywhere near its middle, between its west and its east border.
  function near(label, at, w, degree) {
    const [west, east] = label.sides.map((degrees) => at.x + degrees * degree);
    const middle = Math.min(Math.max(at.x - w / 2, west), east - w);
    const found = [];
    for (const part of [0, 0.2, -0.2, 0.35, -0.35]) {
      for (const side of [0, 0.35, -0.35, 0.7, -0.7]) {
        const shift = side > 0 ? side * (east - w - middle) : side * (middle - west);
        found.push([middle + shift, at.y - HEIGHT / 2 + part * label.height * degree]);
      }
    }
    return found;
  }

  function spots(label, at, w, degree) {
    if (label.spots) return label.spots(w).map(([x, y]) => [x - w / 2, y - HEIGHT / 2]);
    if (!label.sides) return round(label, at, w);
    return (label.sides[1] - label.sides[0]) * degree < w ? [] : near(label, at, w, degree);
  }

  // A layer that shows as many of the labels as fit. Each label: at [lat, lon], text,
  // kind, rank (higher first), gap (pixels from its point), from (least zoom), mark
  // (half the width of what stands on its point). A country has instead its sides and its
  // height in degrees, or spots; it must be named where it fills much of the map. `wanted`
  // returns the labels, and is asked again after every move of the map.
  corridors.labels = function (map, pane, wanted) {
    const holder = element('div', { class: 'labels leaflet-zoom-hide', 'aria-hidden': 'true' });
    map.getPane(pane).appendChild(holder);

    function inside([x, y], w, size) {
      return x > 2 && y > 2 && x + w < size.x - 2 && y + HEIGHT < size.y - 2;
    }

    function free([x, y], w, taken) {
      return taken.every(([tx, ty, tw, th]) => x + w < tx || tx + tw < x || y + HEIGHT < ty || ty + th < y);
    }

    // The buttons and the credit that stand on the map.
    function reserved() {
      const home = map.getContainer().getBoundingClientRect();
      return [...document.querySelectorAll('.leaflet-control, #more-button')].map((control) => {
        const box = control.getBoundingClientRect();
        return [box.left - home.left, box.top - home.top, box.width, box.height];
      });
    }

    function place() {
      const size = map.getSize();
      const zoom = map.getZoom();
      const degree = (256 * 2 ** zoom) / 360;
      const taken = reserved(); // by names
      const marks = []; // by places and crosses
      const chosen = [];
      const seen = wanted()
        .filter((label) => zoom >= label.from)
        .sort((a, b) => b.rank - a.rank)
        .map((label) => ({ label, at: map.latLngToContainerPoint(label.at) }))
        .filter(({ at }) => at.x > -60 && at.y > -60 && at.x < size.x + 60 && at.y < size.y + 60);
      for (const { label: { mark }, at } of seen) {
        if (mark) marks.push([at.x - mark, at.y - mark, 2 * mark, 2 * mark]);
      }
      for (const { label, at } of seen) {
        const w = width(label.text, label.kind);
        const candidates = spots(label, at, w, degree)
          .filter((candidate) => inside(candidate, w, size) && free(candidate, w, taken));
        // A large country is named even where places stand everywhere.
        const box = candidates.find((candidate) => free(candidate, w, marks)) || (label.must ? candidates[0] : null);
        if (!box) continue;
        taken.push([box[0] - 4, box[1] - 1, w + 8, HEIGHT + 2]);
        chosen.push({ label, box });
      }
      holder.replaceChildren(...chosen.map(({ label, box }) => {
        const made = element('span', { class: `label ${label.kind}` }, label.text);
        L.DomUtil.setPosition(made, map.containerPointToLayerPoint(box).round());
        return made;
      }));
    }

    map.on('moveend zoomend resize', place);
    return place;
  };
})(window.corridorsMap);
