// Which way the cargo goes: marks along the lines, anew after every move of the map.
(function (corridors) {
  'use strict';
  const SPACING = 120; // pixels between two marks on one line
  const SHORTEST = 30; // pixels of a line that gets one
  const APART = 55; // pixels between any two marks
  const BOTH = 0.35; // of the larger direction, from which the other is shown too
  const WIDE = 5; // pixels of a line that has its marks within

  // Points along the visible parts of a line, each with the direction there.
  function places(parts) {
    const found = [];
    for (const points of parts) {
      let length = 0;
      for (let i = 1; i < points.length; i += 1) length += points[i].distanceTo(points[i - 1]);
      if (length < SHORTEST) continue;
      const count = Math.max(1, Math.floor(length / SPACING));
      let next = length / count / 2;
      let passed = 0;
      for (let i = 1; i < points.length; i += 1) {
        const step = points[i].distanceTo(points[i - 1]);
        while (step > 0 && next <= passed + step) {
          const along = points[i].subtract(points[i - 1]).divideBy(step);
          found.push([points[i - 1].add(along.multiplyBy(next - passed)), along]);
          next += length / count;
        }
        passed += step;
      }
    }
    return found;
  }

  function chevron(at, along, size) {
    const tip = at.add(along.multiplyBy(size / 2));
    const foot = at.subtract(along.multiplyBy(size / 2));
    const side = L.point(-along.y, along.x).multiplyBy(size * 0.75);
    return [foot.add(side), tip, foot.subtract(side)].map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  }

  function marks(at, along, size, there, back) {
    const both = Math.min(there, back) > BOTH * Math.max(there, back);
    if (!both) return [chevron(at, there >= back ? along : along.multiplyBy(-1), size)];
    const apart = along.multiplyBy(size * 0.8);
    return [chevron(at.add(apart), along, size), chevron(at.subtract(apart), along.multiplyBy(-1), size)];
  }

  // A function that marks the given lines: [drawn line, its look, t/day there, t/day back].
  corridors.arrows = function (renderer) {
    let drawn = [];
    return function (lines) {
      const ways = new Map(); // d by colour and whether it lies within the line
      const add = (key, d) => ways.set(key, (ways.get(key) || '') + d);
      const taken = new Map(); // marks by square of the map
      const free = ({ x, y }) => {
        const [column, row] = [Math.floor(x / APART), Math.floor(y / APART)];
        for (let i = column - 1; i <= column + 1; i += 1) {
          for (let j = row - 1; j <= row + 1; j += 1) {
            if ((taken.get(`${i} ${j}`) || []).some((other) => Math.hypot(other.x - x, other.y - y) < APART)) return false;
          }
        }
        const key = `${column} ${row}`;
        taken.set(key, [...(taken.get(key) || []), { x, y }]);
        return true;
      };
      for (const [line, look, there, back] of lines.slice().sort((a, b) => b[1].weight - a[1].weight)) {
        if (!line._parts || !(there > 0 || back > 0)) continue;
        const wide = look.weight >= WIDE;
        const size = wide ? Math.min(8, look.weight * 0.55) : 5;
        for (const [at, along] of places(line._parts)) {
          if (!free(at)) continue;
          for (const points of marks(at, along, size, there, back)) {
            add(wide ? 'within' : look.colour, `M${points.join('L')}${wide ? '' : 'Z'}`);
          }
        }
      }
      drawn.forEach((path) => path.remove());
      drawn = [...ways].sort().map(([key, d]) => corridors.drawing('path', key === 'within'
        ? { d, fill: 'none', stroke: corridors.colours.CASING, 'stroke-width': 1.7, 'stroke-linejoin': 'round', 'stroke-linecap': 'round', class: 'arrows' }
        : { d, fill: key, stroke: corridors.colours.CASING, 'stroke-width': 1, class: 'arrows' }));
      if (renderer._rootGroup) renderer._rootGroup.append(...drawn);
    };
  };
})(window.corridorsMap);
