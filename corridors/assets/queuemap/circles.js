// Circles that would hide one another are moved apart, each tied to its place by a line.
(function (corridors) {
  'use strict';
  const TOUCH = 0.8; // of the sum of two radii: nearer than this they hide one another
  const STEP = 5; // pixels between the distances that are tried
  const FARTHEST = 110;
  const ANGLES = 20;

  // Where each circle goes: { home, radius } in pixels, the largest first; returns points.
  corridors.apart = function (circles) {
    const placed = [];
    const clear = (at, radius) => placed.every((other) => at.distanceTo(other.at) >= TOUCH * (radius + other.radius));
    for (const { home, radius } of circles) {
      let found = home;
      for (let away = STEP; !clear(found, radius) && away <= FARTHEST; away += STEP) {
        for (let turn = 0; turn < ANGLES; turn += 1) {
          const angle = (2 * Math.PI * turn) / ANGLES - Math.PI / 2;
          const at = home.add(L.point(Math.cos(angle), Math.sin(angle)).multiplyBy(away));
          if (clear(at, radius)) {
            found = at;
            break;
          }
        }
      }
      placed.push({ at: found, radius });
    }
    return placed.map(({ at }) => at);
  };
})(window.corridorsMap);
