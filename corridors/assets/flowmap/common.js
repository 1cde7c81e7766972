// What every other file here uses: elements made of text nodes, numbers as people read them.
(function () {
  'use strict';
  const corridors = (window.corridorsMap = {});

  // A new element. Children that are strings become text nodes, never markup.
  corridors.element = function (tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === 'function') made.addEventListener(name, value);
      else if (value === true) made.setAttribute(name, '');
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ''));
    return made;
  };

  // A new SVG element; Leaflet knows the namespace.
  corridors.drawing = function (tag, attributes, ...children) {
    const made = L.SVG.create(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  corridors.number = function (value) {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    const text = size.toLocaleString('en-GB', { maximumFractionDigits: digits });
    return value < 0 && /[1-9]/.test(text) ? `−${text}` : text; // no minus before what rounds to nothing
  };

  corridors.signed = function (value) {
    const text = corridors.number(value);
    return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  };

  // A button whose text is what it does.
  corridors.button = (text, click, more) => corridors.element('button', { type: 'button', click, ...more }, text);

  corridors.percent = function (share) {
    if (share === null || share === undefined) return '–';
    // As `display.share` has it: what is not nothing is not shown as nothing, nor what is not all as all.
    const size = Math.abs(100 * share);
    const apart = Math.min(size, Math.abs(100 - size));
    const near = apart > 1e-5 && apart <= 0.5;
    const digits = near ? Math.max(1, Math.ceil(-Math.log10(apart) - 1e-6)) : apart > 1e-5 && size < 10 ? 1 : 0;
    return `${share < 0 ? '−' : ''}${size.toFixed(digits)} %`;
  };

  corridors.words = {
    mode: { rail: 'Rail', road: 'Road', sea: 'Sea', pipeline: 'Pipeline' },
    kind: {
      terminal: 'Terminal', border: 'Border station', port: 'Port', junction: 'Junction',
      city: 'City', field: 'Field', plant: 'Plant', chokepoint: 'Chokepoint',
    },
    made: {
      osm: 'over the tracks of OpenStreetMap', 'osm-bridged': 'over the tracks of OpenStreetMap, gaps bridged',
      waypoints: 'drawn by hand', lane: 'over the sea network of searoute', straight: 'straight between the ends',
    },
    confidence: {
      A: 'official or operator', B: 'press quoting officials', C: 'press or analyst', D: 'inferred',
    },
  };

  // The name of a link with what tells it from its neighbours between the same places.
  corridors.fullName = (link) =>
    `${link.name}, ${(corridors.words.mode[link.mode] || link.mode).toLowerCase()}${link.gauge ? ` ${link.gauge} mm` : ''}`;

  const SEVERAL = { train: 'trains', truck: 'trucks', wagon: 'wagons', ship: 'ships', 'driver-day': 'driver-days' };
  corridors.units = (unit, amount) => (corridors.number(amount) === '1' ? unit : SEVERAL[unit] || unit);

  corridors.capital = function (word) {
    return word.charAt(0).toUpperCase() + word.slice(1);
  };

  // The middle of a line by its length on the map, as [lat, lon].
  corridors.middle = function (line) {
    const points = line.map(([lon, lat]) => L.CRS.EPSG3857.project(L.latLng(lat, lon)));
    let left = 0;
    for (let i = 1; i < points.length; i += 1) left += points[i].distanceTo(points[i - 1]);
    left /= 2;
    for (let i = 1; i < points.length; i += 1) {
      const step = points[i].distanceTo(points[i - 1]);
      if (left <= step && step > 0) {
        const at = points[i - 1].add(points[i].subtract(points[i - 1]).multiplyBy(left / step));
        const found = L.CRS.EPSG3857.unproject(at);
        return [found.lat, found.lng];
      }
      left -= step;
    }
    return [line[0][1], line[0][0]];
  };

  // An empty map without tiles: of the part of the world that the countries cover, and of
  // all that is drawn, [lat, lon], wherever that lies.
  corridors.newMap = function (id, drawn) {
    const maxBounds = L.latLngBounds([[-42, -32], [83, 200]]);
    drawn.forEach(([lat, lon]) => {
      if (!maxBounds.contains([lat, lon])) maxBounds.extend([lat - 5, lon - 10]).extend([lat + 5, lon + 10]);
    });
    const still = Boolean(window.matchMedia && window.matchMedia('(prefers-reduced-motion: reduce)').matches);
    const map = (corridors.map = L.map(id, {
      zoomAnimation: !still, fadeAnimation: !still, inertia: !still,
      center: [47, 60], zoom: 4, minZoom: maxBounds.getEast() - maxBounds.getWest() > 300 ? 1 : 2, maxZoom: 11, maxBounds,
      zoomSnap: 0.25, zoomDelta: 0.75, wheelPxPerZoomLevel: 90, attributionControl: false,
      // In a page that is read from top to bottom the wheel is the page's.
      scrollWheelZoom: document.body.classList.contains('filled'),
    }));
    // No option of Leaflet's says so of a popup that makes room for itself.
    if (still) map.panBy = (by, how) => L.Map.prototype.panBy.call(map, by, { ...how, animate: false });
    // A button that is gone by what it does is, to Leaflet, a click on the bare map, which closes the popup.
    map.on('popupopen', ({ popup }) => L.DomEvent.on(popup.getElement(), 'click', L.DomEvent.stopPropagation));
    map.getContainer().setAttribute('role', 'region');
    map.getContainer().setAttribute('aria-label', 'Map');
    return map;
  };

  // Who made the picture, in its corner. Leaflet's own control would take it as markup.
  corridors.credit = function (map, credits) {
    const control = L.control({ position: 'bottomright' });
    control.onAdd = () => corridors.element('div', { class: 'leaflet-control-attribution' }, [...credits, 'Leaflet'].join(' · '));
    control.addTo(map);
  };

  // Of all cargo, or of those in a set of ranks.
  corridors.total = function (amounts, cargo) {
    return amounts.reduce((sum, [which, amount]) => (cargo && !cargo.has(which) ? sum : sum + amount), 0);
  };
})();
