// Draws the lines and places once; a change of state only changes how they look.
(function (corridors) {
  'use strict';
  const { element } = corridors;
  // From bottom to top; the number is the z-index of the Leaflet pane.
  const PANES = { countries: 200, casing: 410, lines: 420, arrows: 425, hits: 430, rings: 440, places: 450, demand: 460, marks: 610, labels: 620 };
  const HOVER = !window.matchMedia || window.matchMedia('(hover: hover)').matches;

  const latLngs = (line) => line.map(([lon, lat]) => [lat, lon]);

  function panes(map) {
    const renderers = {};
    for (const [name, z] of Object.entries(PANES)) {
      const pane = map.createPane(name);
      pane.style.zIndex = z;
      if (name !== 'hits' && name !== 'places' && name !== 'marks') pane.style.pointerEvents = 'none';
      renderers[name] = L.svg({ pane: name, padding: 0.5 });
    }
    return renderers;
  }

  // The first view: the links in focus; else those by land that carry something; else all.
  function first(map, data) {
    const byLand = data.links.filter((link) => link.mode !== 'sea');
    const moving = byLand.filter((link) => link.total.some((flow) => flow > 0));
    const links = [data.focus.map((rank) => data.links[rank]), moving, byLand, data.links].find((some) => some.length) || [];
    const bounds = L.latLngBounds([]);
    links.forEach((link) => bounds.extend(latLngs(link.line)));
    if (!links.length) data.nodes.forEach((node) => bounds.extend([node.at[1], node.at[0]]));
    if (!bounds.isValid()) return;
    map.fitBounds(bounds, { padding: [24, 24], maxZoom: 7, animate: false });
    if (map.getZoom() > map.getMinZoom()) return;
    // A narrow screen shows what the map is about, not the whole of a wide network as a strip.
    const shut = data.links.filter((link) => link.closed.some(Boolean) && !corridors.wasClosed(link));
    const about = L.latLngBounds(shut.map((link) => link.middle));
    map.setView(about.isValid() ? about.getCenter() : map.getCenter(), about.isValid() ? 3.5 : 2.5, { animate: false });
  }

  corridors.draw = function (data) {
    const map = corridors.newMap('map', [...data.links.flatMap((link) => latLngs(link.line)), ...data.nodes.map(({ at: [lon, lat] }) => [lat, lon])]);
    const renderers = panes(map);
    const page = (id) => document.getElementById(id);
    data.links.forEach((link) => {
      link.middle = corridors.middle(link.line);
    });
    const difference = data.first === data.states.length;
    const view = { state: difference ? 1 : data.first, difference, most: 0, mostChanged: 0, mostUnserved: 0, cargo: null, cargoName: '', zoom: map.getZoom() };

    // Add up what is looked at: all cargo, or some.
    function measure() {
      const sums = (byState) => byState.map((amounts) => corridors.total(amounts, view.cargo));
      data.links.forEach((link) => {
        link.there = sums(link.forward);
        link.back = sums(link.backward);
        link.total = link.there.map((amount, state) => amount + link.back[state]);
      });
      data.nodes.forEach((node) => {
        node.unserved = sums(node.from);
      });
      const largest = (items, of) => items.reduce((found, item) => Math.max(found, ...of(item)), 0);
      view.most = largest(data.links, (link) => link.total);
      view.mostChanged = data.states.length === 2 ? largest(data.links, ({ total }) => [Math.abs(total[1] - total[0])]) : 0;
      view.mostUnserved = largest(data.nodes, (node) => node.unserved);
    }
    measure();
    view.flows = view.most > 0;
    const hidden = { mode: new Set(), corridor: new Set(), also: new Set() };
    const drawn = new Map();
    let open = null;

    const countryNames = corridors.countries(map, data, 'countries', renderers.countries);

    const popup = L.popup({
      maxWidth: Math.min(360, map.getSize().x - 64), minWidth: Math.min(292, map.getSize().x - 64), maxHeight: Math.min(380, map.getSize().y - 90),
      autoPanPaddingTopLeft: [14, 62], autoPanPaddingBottomRight: [14, 14], className: 'about',
    });

    function contentOf(item) {
      return (item.line ? corridors.linkPopup : corridors.nodePopup)(data, view, item);
    }

    function chosen(item, on) {
      if (!item.line) return;
      item.chosen = on;
      dress(item);
    }

    function forget() {
      const closing = open;
      open = null;
      if (closing) chosen(closing, false);
    }
    map.on('popupclose', forget);
    // Wherever the focus is: what has opened a popup may stand beside the map.
    window.addEventListener('keydown', ({ key }) => { if (key === 'Escape') map.closePopup(popup); });

    function show(item, at) {
      forget();
      popup.setLatLng(at).setContent(contentOf(item)).openOn(map);
      open = item;
      chosen(item, true);
      const box = popup.getElement();
      box.setAttribute('role', 'dialog');
      box.setAttribute('aria-label', item.name);
    }

    function visible(link) {
      return !hidden.mode.has(link.mode) && !hidden.corridor.has(link.corridor);
    }

    // Give one line the look that it has in this view.
    function dress(link) {
      const parts = drawn.get(link);
      const look = corridors.look(link, view);
      const wide = look.kind === 'flow' || look.kind === 'closed';
      parts.look = look;
      parts.line.setStyle({ color: look.colour, weight: look.weight, dashArray: look.dash, lineCap: look.cap });
      parts.casing.setStyle({
        color: link.chosen ? corridors.colours.CHOSEN : corridors.colours.CASING,
        weight: look.weight + (link.chosen ? 9 : wide ? 2.4 : 0),
        opacity: link.chosen || wide ? 0.95 : 0,
      });
      parts.hit.setStyle({ weight: Math.max(look.weight + 6, 16) });
      const path = parts.line.getElement();
      if (path) {
        path.setAttribute('data-link', link.id);
        path.setAttribute('data-look', look.kind);
      }
    }

    data.links.forEach((link) => {
      const points = latLngs(link.line);
      const make = (pane, more) => corridors.ribbon(points, {
        pane, renderer: renderers[pane], interactive: false, smoothFactor: 0.6, lineJoin: 'round', ...more,
      });
      const parts = {
        casing: make('casing', { lineCap: 'round' }),
        line: make('lines', { className: 'flow' }),
        hit: make('hits', { interactive: true, opacity: 0, className: 'hit', bubblingMouseEvents: false }),
      };
      parts.hit.on('click', (event) => show(link, event.latlng));
      if (HOVER) parts.hit.bindTooltip(() => corridors.linkTip(data, view, link), { sticky: true, className: 'hint' });
      drawn.set(link, parts);
    });

    const bundles = corridors.bundles(data.links);

    data.nodes.forEach((node) => {
      const at = [node.at[1], node.at[0]];
      const circle = L.circleMarker(at, {
        pane: 'places', renderer: renderers.places, weight: 1.6, opacity: 1, fillOpacity: 1, className: 'place', bubblingMouseEvents: false,
      });
      circle.on('click', () => show(node, at));
      if (HOVER) circle.bindTooltip(() => element('div', { class: 'tip' }, element('strong', null, node.name)), { className: 'hint' });
      const ring = L.circleMarker(at, {
        pane: 'rings', renderer: renderers.rings, interactive: false, weight: 1.6, fillOpacity: 0.1,
      });
      drawn.set(node, { circle, ring });
    });

    const mark = corridors.marks(map, 'marks', show, (content, at) => {
      forget();
      popup.setLatLng(at).setContent(content).openOn(map);
    });
    let closedLabels = [];

    // How much passes a place: the widest line that ends there decides who is named first.
    const widest = view.most || 1;
    const busy = new Map();
    data.links.forEach((link) => link.ends.forEach((name) => {
      busy.set(name, Math.max(busy.get(name) || 0, ...link.total));
    }));

    function wanted() {
      if (hidden.also.has('names')) return [];
      const names = [...closedLabels, ...countryNames()];
      if (hidden.also.has('places')) return names;
      return names.concat(data.nodes.map((node) => {
        const style = corridors.nodeStyle(node.kind);
        const share = view.most ? Math.sqrt((busy.get(node.name) || 0) / widest) : 0;
        const rank = style.rank + share + (node.unserved[view.state] > 0 ? 0.5 : 0);
        return {
          at: [node.at[1], node.at[0]], text: node.name, kind: style.rank > 0 ? 'place' : 'minor', rank,
          gap: style.radius + 4, from: Math.max(style.from, rank > 2.5 ? 0 : rank > 1 ? 4 : 5), mark: style.radius,
        };
      }));
    }
    const labels = corridors.labels(map, 'labels', wanted);

    function places() {
      const factor = Math.max(0.45, Math.min(1.35, 0.78 + (view.zoom - 4) * 0.18));
      data.nodes.forEach((node) => {
        const { circle, ring } = drawn.get(node);
        const style = corridors.nodeStyle(node.kind);
        const shown = !hidden.also.has('places') && view.zoom >= style.from;
        circle.setStyle({ fillColor: style.fill, color: style.stroke });
        ring.setStyle({ fillColor: corridors.colours.CLOSED, color: corridors.colours.CLOSED });
        if (shown) circle.setRadius(style.radius * factor).addTo(map); else circle.remove();
        const missing = view.difference ? node.unserved[1] - node.unserved[0] : node.unserved[view.state];
        if (missing > 0.05) ring.setRadius(6 + 20 * Math.sqrt(missing / view.mostUnserved) * factor).addTo(map); else ring.remove();
      });
    }

    const markArrows = corridors.arrows(renderers.arrows);
    L.polyline([], { pane: 'arrows', renderer: renderers.arrows }).addTo(map); // its renderer is there from now on
    function arrows() {
      const change = (amounts) => Math.abs(amounts[1] - amounts[0]);
      markArrows(data.links.filter((link) => visible(link) && drawn.get(link).look.kind === 'flow' && view.most > 0).map((link) => [
        drawn.get(link).line, drawn.get(link).look,
        ...[link.there, link.back].map((amounts) => (view.difference ? change(amounts) : amounts[view.state])),
      ]));
    }

    // All that is drawn, which depends on the state, the zoom or the layers.
    function draw() {
      const shown = data.links.filter(visible);
      data.links.forEach((link) => {
        const { casing, line, hit } = drawn.get(link);
        [casing, line, hit].forEach((part) => { if (visible(link)) part.addTo(map); else part.remove(); });
        dress(link);
      });
      bundles.forEach((bundle) => {
        corridors.spread(bundle.filter(([link]) => visible(link)), (link) => drawn.get(link));
      });
      // What moves lies above what does not, thin lines above wide ones, what is shut on top.
      const level = (link) => {
        const { kind, weight } = drawn.get(link).look;
        return { idle: 1e6, closed: -1 }[kind] || weight;
      };
      shown.slice().sort((a, b) => level(b) - level(a)).forEach((link) => {
        const { casing, line, hit } = drawn.get(link);
        [casing, line, hit].forEach((part) => part.bringToFront());
      });
      arrows();
      closedLabels = mark(shown.filter((link) => drawn.get(link).look.shut));
      places();
      labels();
    }

    // What is drawn and what is listed beside it. Lists are not written anew where the map alone
    // moves: whoever has unfolded one, or goes through it by keys, keeps the place.
    function refresh() {
      draw();
      corridors.legend(page('legend'), data, view);
      corridors.fullList(page('full'), data, view, go);
      corridors.hitList(page('demands'), data, view, showDemand);
      if (open && data.states.length > 3) popup.setContent(contentOf(open));
    }

    function go(item) {
      const at = item.line ? item.middle : [item.at[1], item.at[0]];
      if (document.body.classList.contains('panel-open')) page('more-button').click();
      if (item.line) map.fitBounds(L.latLngBounds(latLngs(item.line)).pad(0.6), { maxZoom: 8, animate: false });
      else map.setView(at, Math.max(map.getZoom(), 7), { animate: false });
      show(item, at);
    }

    // Where a demand starts and ends, as a line through the air.
    const journey = L.polyline([], { pane: 'demand', renderer: renderers.demand, interactive: false, dashArray: '2 7', weight: 3 });
    map.on('popupclose', () => journey.remove());
    function showDemand(demand) {
      if (document.body.classList.contains('panel-open')) page('more-button').click();
      const ends = [demand[1], demand[2]].map((rank) => [data.nodes[rank].at[1], data.nodes[rank].at[0]]);
      map.fitBounds(L.latLngBounds(ends).pad(0.25), { maxZoom: 7, animate: false });
      forget();
      popup.setLatLng(L.latLngBounds(ends).getCenter()).setContent(corridors.demandPopup(data, demand)).openOn(map);
      journey.setLatLngs(ends).setStyle({ color: corridors.colours.CHOSEN }).addTo(map);
    }

    corridors.cargoFilter(page('filter'), data, (cargo, name) => {
      view.cargo = cargo;
      view.cargoName = name;
      measure();
      refresh();
    });
    corridors.stateSwitch(page('states'), data, data.first, (option) => {
      view.state = option.state;
      view.difference = option.difference;
      refresh();
    });
    corridors.search(page('search'), data, go);
    corridors.layers(page('layers'), data, hidden, refresh);
    page('more-button').addEventListener('click', (event) => {
      const isOpen = document.body.classList.toggle('panel-open');
      event.currentTarget.setAttribute('aria-expanded', String(isOpen));
      event.currentTarget.textContent = isOpen ? 'Close' : 'Legend and more';
    });

    first(map, data);
    map.on('zoomend', () => {
      view.zoom = map.getZoom();
      draw();
    });
    map.on('moveend viewreset', arrows);
    corridors.onPaper(map, refresh);
    corridors.credit(map, data.credits);
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
    view.zoom = map.getZoom();
    refresh();
  };
})(window.corridorsMap);
