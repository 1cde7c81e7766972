// The crosses on what is closed. Those that would overlap become one with a number.
(function (corridors) {
  'use strict';
  const { element } = corridors;
  const NEAR = 26; // pixels between two crosses that can be told apart

  // Groups of links whose middles lie close together at this zoom.
  function grouped(map, links) {
    const groups = [];
    for (const link of links) {
      const at = map.latLngToLayerPoint(link.middle);
      const old = corridors.wasClosed(link);
      const group = groups.find((other) => other.old === old && other.at.distanceTo(at) < NEAR);
      if (group) group.links.push(link);
      else groups.push({ at, old, links: [link] });
    }
    return groups;
  }

  // What a cross with a number tells: the links under it, each a button.
  function list(links, open) {
    return element('article', { class: 'popup' },
      element('h2', null, `${links.length} closed`),
      element('ul', { class: 'choices' }, links.map((link) => element('li', null,
        element('button', { type: 'button', click: () => open(link, link.middle) }, corridors.fullName(link))))));
  }

  // A function that marks exactly the given links; it returns the labels of what
  // the map is about, and none for what was closed anyway.
  corridors.marks = function (map, pane, openLink, openContent) {
    let shown = [];

    function one(group) {
      const [link] = group.links;
      const count = group.links.length;
      const alike = group.links.every((each) => each.name === link.name);
      const name = `${alike ? link.name : `${count} links`}: closed`;
      const at = link.middle;
      const act = () => (count === 1 ? openLink(link, at) : openContent(list(group.links, openLink), at));
      const size = group.old ? 15 : 20;
      const picture = corridors.cross(group.old ? corridors.colours.CLOSED_BEFORE : corridors.colours.CLOSED, size);
      const marker = L.marker(at, {
        pane, keyboard: true, title: name, alt: name, riseOnHover: true, zIndexOffset: group.old ? -500 : 10 * count,
        icon: L.divIcon({ className: group.old ? 'cross old' : 'cross', html: element('div', null, picture), iconSize: [size, size] }),
      });
      marker.on('click keypress', (event) => {
        if (event.type === 'click' || event.originalEvent.key === 'Enter') act();
      });
      const text = alike ? `${link.name} closed` : `${count} closed`;
      return {
        marker,
        label: group.old ? null : { at, text, kind: 'closed', rank: 6, gap: 12, from: 0, mark: 9 },
      };
    }

    return function (links) {
      shown.forEach(({ marker }) => marker.remove());
      shown = grouped(map, links).map(one);
      shown.forEach(({ marker }) => marker.addTo(map));
      return shown.map(({ label }) => label).filter(Boolean);
    };
  };
})(window.corridorsMap);
