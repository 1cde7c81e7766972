// The countries under the lines, and where in the visible part of one its name fits.
(function (corridors) {
  'use strict';
  const ROWS = 9; // heights of the view that are tried
  const EDGE = 16; // pixels a name keeps from the border of its country or of the view

  corridors.countries = function (map, data, pane, renderer) {
    // Once more where the map runs on past the side of the world on which they stand.
    const { maxBounds } = map.options;
    const turns = [0, ...(maxBounds.getWest() < -165 ? [-360] : []), ...(maxBounds.getEast() > 334 ? [360] : [])];
    const turned = turns.flatMap((turn) => data.countries.map((country) => [country, turn]));
    const drawn = turned.map(([{ name, rings: own, label: [at, ...rest] }, turn]) => {
      const country = { name, label: [at + turn, rest[0], rest[1] + turn, rest[2] + turn, rest[3]] };
      const rings = own.map((polygon) => polygon.map((ring) => ring.map(([lon, lat]) => [lat, lon + turn])));
      const shape = L.polygon(rings, { pane, renderer, interactive: false, className: 'country', smoothFactor: 0.8 }).addTo(map);
      return { country, shape, bounds: shape.getBounds() };
    });

    // Where the horizontal line at a height of the view runs through a country: [from, to].
    function crossings(shape, y) {
      const found = [];
      const visit = (ring) => {
        if (Array.isArray(ring[0])) {
          ring.forEach(visit);
          return;
        }
        let last = ring[ring.length - 1];
        for (const point of ring) {
          if ((last.y > y) !== (point.y > y)) found.push(last.x + ((y - last.y) / (point.y - last.y)) * (point.x - last.x));
          last = point;
        }
      };
      visit(shape);
      found.sort((a, b) => a - b);
      return found.flatMap((x, index) => (index % 2 ? [[found[index - 1], x]] : []));
    }

    const toPoints = (shape) => (Array.isArray(shape) ? shape.map(toPoints) : map.latLngToContainerPoint(shape));

    // The widest free stretches of a country in the view, best first, as [middle x, y].
    function spots(item, width) {
      const size = map.getSize();
      const points = toPoints(item.shape.getLatLngs());
      const found = [];
      for (let row = 1; row < ROWS; row += 1) {
        const y = (size.y * row) / ROWS;
        for (const [from, to] of crossings(points, y)) {
          const left = Math.max(from, 0) + EDGE;
          const right = Math.min(to, size.x) - EDGE;
          if (right - left > width) found.push({ at: [(left + right) / 2, y], room: right - left, left, right });
        }
      }
      found.sort((a, b) => b.room - a.room);
      return found.slice(0, 4).flatMap(({ at: [x, y], left, right }) =>
        [x, (x + left + width / 2) / 2, (x + right - width / 2) / 2].map((middle) => [middle, y]));
    }

    // The names as labels. Where the middle of a country is out of sight, look again.
    return function () {
      const view = map.getBounds();
      return drawn.filter(({ bounds }) => view.intersects(bounds)).map((item) => {
        const [lon, lat, west, east, height] = item.country.label;
        const inView = view.pad(-0.03).contains([lat, lon]);
        return {
          at: inView ? [lat, lon] : map.getCenter(), text: item.country.name.toUpperCase(), kind: 'country',
          rank: height > 8 || !inView ? 5 : 2.45, from: 2, sides: [west - lon, east - lon], height,
          must: inView && height > 8, spots: inView ? null : (width) => spots(item, width),
        };
      });
    };
  };
})(window.corridorsMap);
