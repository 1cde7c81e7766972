// How a line looks: width by flow, colour by use of capacity, marks for what is shut.
(function (corridors) {
  'use strict';
  const WIDEST = 15;
  const NOTHING = 0.05; // t/day: less than this is no flow

  // Each step of use is farther from the ground than the one before, also without any sense of hue.
  const LIGHT = {
    USE: [
      { below: 0.25, colour: '#8cd3c4', label: '0–25' },
      { below: 0.5, colour: '#41b0bd', label: '25–50' },
      { below: 0.75, colour: '#2b81b5', label: '50–75' },
      { below: 0.99, colour: '#2d4a97', label: '75–99' },
      { below: Infinity, colour: '#2a0f52', label: 'full' },
    ],
    UNKNOWN: '#8b919a',
    IDLE: '#a9b2be',
    SAME: '#989fa8',
    PLANNED: '#77808b',
    CLOSED: '#c8102e',
    CLOSED_BEFORE: '#c08a92', // closed in every state: not what the map is about
    LESS: ['#f0a35e', '#b85a0c'],
    MORE: ['#7fa6d9', '#254f9e'],
    MODE: { rail: '#27405e', road: '#a8691c', sea: '#2f86b8', pipeline: '#7b4fa0' },
    OTHER_MODE: '#5c6570',
    CASING: '#ffffff',
    CHOSEN: '#ffce3d',
    CIRCLE: { color: '#8e1b2c', fillColor: '#d63a4d' },
    NODE: {
      border: ['#ffc533', '#3a2c00'], port: ['#ffffff', '#0b5fa5'], dark: ['#3b4552', '#ffffff'],
      made: ['#7b4fa0', '#ffffff'], junction: ['#ffffff', '#6b7480'],
    },
  };
  const DARK = {
    USE: [
      { below: 0.25, colour: '#24594f', label: '0–25' },
      { below: 0.5, colour: '#1f7f88', label: '25–50' },
      { below: 0.75, colour: '#2fa9c4', label: '50–75' },
      { below: 0.99, colour: '#8cc8f5', label: '75–99' },
      { below: Infinity, colour: '#f6efff', label: 'full' },
    ],
    UNKNOWN: '#8b95a0',
    IDLE: '#56616c',
    SAME: '#77828d',
    PLANNED: '#8b95a0',
    CLOSED: '#ff5d73',
    CLOSED_BEFORE: '#8f5f67',
    LESS: ['#8a5a24', '#f0a24a'],
    MORE: ['#3a6296', '#7db8ff'],
    MODE: { rail: '#8fb0d6', road: '#d99a4a', sea: '#3f93c4', pipeline: '#b58fda' },
    OTHER_MODE: '#9aa4ae',
    CASING: '#161c22',
    CHOSEN: '#ffce3d',
    CIRCLE: { color: '#ff8b98', fillColor: '#d63a4d' },
    NODE: {
      border: ['#ffc533', '#1a1400'], port: ['#1b2530', '#7cc0f5'], dark: ['#d5dce3', '#161c22'],
      made: ['#b58fda', '#161c22'], junction: ['#1b2530', '#8b98a4'],
    },
  };

  const NODE = {
    border: { radius: 4.6, look: 'border', rank: 3, from: 0 },
    port: { radius: 4.6, look: 'port', rank: 3, from: 0 },
    terminal: { radius: 4.2, look: 'dark', rank: 2, from: 0 },
    city: { radius: 3.6, look: 'dark', rank: 2, from: 0 },
    plant: { radius: 3.4, look: 'made', rank: 1, from: 0 },
    field: { radius: 3.4, look: 'made', rank: 1, from: 0 },
    junction: { radius: 2.6, look: 'junction', rank: 0, from: 4.5 },
  };

  corridors.colours = {};
  corridors.useColours = (dark) => Object.assign(corridors.colours, dark ? DARK : LIGHT);
  corridors.nodeStyle = (kind) => {
    const own = NODE[kind] || NODE.junction;
    const [fill, stroke] = corridors.colours.NODE[own.look];
    return { ...own, fill, stroke };
  };

  // Lines get wider as one zooms in, up to a point.
  corridors.zoomFactor = (zoom) => Math.max(0.5, Math.min(1.5, 0.62 + (zoom - 3) * 0.15));

  // Square root: twice as wide is four times as much.
  corridors.width = (flow, view) => {
    const most = view.difference ? view.mostChanged : view.most;
    return Math.max(1.6, WIDEST * Math.sqrt(Math.abs(flow) / most) * corridors.zoomFactor(view.zoom));
  };

  corridors.useColour = (use) =>
    use === null ? corridors.colours.UNKNOWN : corridors.colours.USE.find((step) => use < step.below).colour;

  // A large change is one that is drawn at least half as wide as the largest.
  corridors.largeChange = (view) => view.mostChanged / 4;

  // The change from the first state to the second.
  function change(link, view) {
    const delta = link.total[1] - link.total[0];
    if (Math.abs(delta) < Math.max(NOTHING, view.most * 1e-4)) {
      return link.total[0] > NOTHING
        ? { kind: 'same', colour: corridors.colours.SAME, weight: 2 }
        : { kind: 'idle', colour: corridors.colours.IDLE, weight: 1.2 };
    }
    const shades = delta < 0 ? corridors.colours.LESS : corridors.colours.MORE;
    const large = Math.abs(delta) >= corridors.largeChange(view);
    return { kind: 'flow', colour: shades[large ? 1 : 0], weight: corridors.width(delta, view) };
  }

  function flowing(link, view) {
    const flow = link.total[view.state];
    if (!view.flows) {
      return { kind: 'flow', colour: corridors.colours.MODE[link.mode] || corridors.colours.OTHER_MODE, weight: 2.2 * corridors.zoomFactor(view.zoom) };
    }
    if (flow < NOTHING) return { kind: 'idle', colour: corridors.colours.IDLE, weight: 1.2 };
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
        ? { kind: 'closed', colour: corridors.colours.CLOSED_BEFORE, weight: 1.6, dash: '5 5', cap: 'butt', shut: true }
        : { kind: 'closed', colour: corridors.colours.CLOSED, weight: 2.6, dash: '7 6', cap: 'butt', shut: true };
    }
    look.shut = shut;
    look.cap = 'round';
    look.dash = null;
    if (link.planned) {
      look.weight = Math.max(2.2, look.weight);
      if (look.kind === 'idle') look.colour = corridors.colours.PLANNED;
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
