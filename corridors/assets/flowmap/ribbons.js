// Links between the same two places, such as two gauges or rail and road, are drawn side by side.
(function (corridors) {
  'use strict';
  const GAP = 1; // pixels between two lines

  // A polyline that can be drawn some pixels to the left of where it runs.
  const Ribbon = L.Polyline.extend({
    _projectLatlngs(latlngs, result, bounds) {
      const count = result.length;
      L.Polyline.prototype._projectLatlngs.call(this, latlngs, result, bounds);
      if (!this.options.shift) return;
      for (let i = count; i < result.length; i += 1) result[i] = shifted(result[i], this.options.shift);
    },
    // Move to another distance; the map need not move for that.
    shift(pixels) {
      if (pixels === (this.options.shift || 0)) return;
      this.options.shift = pixels;
      if (this._map) this._reset();
    },
  });

  function shifted(points, by) {
    const normals = points.slice(1).map((point, i) => {
      const along = point.subtract(points[i]);
      const length = Math.hypot(along.x, along.y) || 1;
      return L.point(along.y / length, -along.x / length);
    });
    return points.map((point, i) => {
      const before = normals[i - 1] || normals[i];
      const after = normals[i] || before;
      if (!before) return point;
      const mean = before.add(after);
      const length = Math.hypot(mean.x, mean.y);
      const away = length > 0.5 ? mean.divideBy(length) : after;
      return point.add(away.multiplyBy(by));
    });
  }

  corridors.ribbon = (points, options) => new Ribbon(points, options);

  const end = ([lon, lat]) => `${lon.toFixed(2)},${lat.toFixed(2)}`;

  // The links that run beside another one, as groups of [link, runs the other way].
  corridors.bundles = function (links) {
    const groups = new Map();
    for (const link of links) {
      const there = end(link.line[0]);
      const back = end(link.line[link.line.length - 1]);
      const turned = back < there;
      const key = turned ? `${back} ${there}` : `${there} ${back}`;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push([link, turned]);
    }
    return [...groups.values()].filter((group) => group.length > 1);
  };

  // Lay the members of a bundle next to each other. `partsOf` gives what draws a link.
  corridors.spread = function (bundle, partsOf) {
    const width = bundle.reduce((sum, [link]) => sum + partsOf(link).look.weight + GAP, -GAP);
    let left = -width / 2;
    for (const [link, turned] of bundle) {
      const { look, casing, line, hit } = partsOf(link);
      const middle = left + look.weight / 2;
      [casing, line, hit].forEach((part) => part.shift(turned ? -middle : middle));
      hit.setStyle({ weight: Math.max(look.weight + 2, 7) });
      left += look.weight + GAP;
    }
  };
})(window.corridorsMap);
