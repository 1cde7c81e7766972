// How a line looks: width by flow, colour by use of capacity, marks for what is shut.
(function (corridors) {
  'use strict';
  const WIDEST = 15;
  const NOTHING = 0.05; // t/day: less than this is no flow

  // Each darker than the one before, also without any sense of hue.
  const USE = [
    { below: 0.25, colour: '#8cd3c4', label: '0–25' },
    { below: 0.5, colour: '#41b0bd', label: '25–50' },
    { below: 0.75, colour: '#2b81b5', label: '50–75' },
    { below: 0.99, colour: '#2d4a97', label: '75–99' },
    { below: Infinity, colour: '#2a0f52', label: 'full' },
  ];
  const UNKNOWN = '#8b919a';
  const IDLE = '#a9b2be';
  const CLOSED = '#c8102e';
  const CLOSED_BEFORE = '#c08a92'; // closed in every state: not what the map is about
  const LESS = ['#f0a35e', '#b85a0c'];
  const MORE = ['#7fa6d9', '#254f9e'];
  const MODE = { rail: '#27405e', road: '#a8691c', sea: '#2f86b8', pipeline: '#7b4fa0' };
  const OTHER_MODE = '#5c6570';

  const NODE = {
    border: { radius: 4.6, fill: '#ffc533', stroke: '#3a2c00', rank: 3, from: 0 },
    port: { radius: 4.6, fill: '#ffffff', stroke: '#0b5fa5', rank: 3, from: 0 },
    terminal: { radius: 4.2, fill: '#3b4552', stroke: '#ffffff', rank: 2, from: 0 },
    city: { radius: 3.6, fill: '#3b4552', stroke: '#ffffff', rank: 2, from: 0 },
    plant: { radius: 3.4, fill: '#7b4fa0', stroke: '#ffffff', rank: 1, from: 0 },
    field: { radius: 3.4, fill: '#7b4fa0', stroke: '#ffffff', rank: 1, from: 0 },
    junction: { radius: 2.6, fill: '#ffffff', stroke: '#6b7480', rank: 0, from: 4.5 },
  };

  corridors.colours = { USE, UNKNOWN, IDLE, CLOSED, CLOSED_BEFORE, LESS, MORE, MODE, OTHER_MODE };
  corridors.nodeStyle = (kind) => NODE[kind] || NODE.junction;

  // Lines get wider as one zooms in, up to a point.
  corridors.zoomFactor = (zoom) => Math.max(0.5, Math.min(1.5, 0.62 + (zoom - 3) * 0.15));

  // Square root: twice as wide is four times as much.
  corridors.width = (flow, view) => {
    const most = view.difference ? view.mostChanged : view.most;
    return Math.max(1.6, WIDEST * Math.sqrt(Math.abs(flow) / most) * corridors.zoomFactor(view.zoom));
  };

  corridors.useColour = (use) =>
    use === null ? UNKNOWN : USE.find((step) => use < step.below).colour;

  // A large change is one that is drawn at least half as wide as the largest.
  corridors.largeChange = (view) => view.mostChanged / 4;

  // The change from the first state to the second.
  function change(link, view) {
    const delta = link.total[1] - link.total[0];
    if (Math.abs(delta) < Math.max(NOTHING, view.most * 1e-4)) {
      return link.total[0] > NOTHING
        ? { kind: 'same', colour: '#989fa8', weight: 2 }
        : { kind: 'idle', colour: IDLE, weight: 1.2 };
    }
    const shades = delta < 0 ? LESS : MORE;
    const large = Math.abs(delta) >= corridors.largeChange(view);
    return { kind: 'flow', colour: shades[large ? 1 : 0], weight: corridors.width(delta, view) };
  }

  function flowing(link, view) {
    const flow = link.total[view.state];
    if (view.most === 0) {
      return { kind: 'flow', colour: MODE[link.mode] || OTHER_MODE, weight: 2.2 * corridors.zoomFactor(view.zoom) };
    }
    if (flow < NOTHING) return { kind: 'idle', colour: IDLE, weight: 1.2 };
    return { kind: 'flow', colour: corridors.useColour(link.use[view.state]), weight: corridors.width(flow, view) };
  }

  corridors.isClosed = (link, view) =>
    Boolean(view.difference ? link.closed[1] || link.closed[0] : link.closed[view.state]);

  // Closed whichever state is chosen, on a map of several states.
  corridors.wasClosed = (link) => link.closed.length > 1 && link.closed.every(Boolean);

  corridors.look = function (link, view) {
    const shut = corridors.isClosed(link, view);
    const look = view.difference ? change(link, view) : flowing(link, view);
    if (shut && !(view.difference && look.kind === 'flow')) {
      return corridors.wasClosed(link)
        ? { kind: 'closed', colour: CLOSED_BEFORE, weight: 1.6, dash: '5 5', cap: 'butt', shut: true }
        : { kind: 'closed', colour: CLOSED, weight: 2.6, dash: '7 6', cap: 'butt', shut: true };
    }
    look.shut = shut;
    look.cap = 'round';
    look.dash = null;
    if (link.planned) {
      look.weight = Math.max(2.2, look.weight);
      if (look.kind === 'idle') look.colour = '#77808b';
      look.dash = `0.1 ${(look.weight * 1.9).toFixed(1)}`;
      look.kind = look.kind === 'idle' ? 'planned' : look.kind;
    }
    return look;
  };

  // Up to three round flows for the legend, the largest first.
  corridors.widthSteps = function (most) {
    const round = (value) => {
      const ten = 10 ** Math.floor(Math.log10(value));
      return [5, 2, 1].find((step) => step * ten <= value * 1.0001) * ten;
    };
    if (most < NOTHING) return [];
    const top = round(most);
    return [...new Set([top, round(top / 4.5), round(top / 25)])];
  };
})(window.corridorsMap);
