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
      const group = groups.find((other) => other.at.distanceTo(at) < NEAR);
      if (group) group.links.push(link);
      else groups.push({ at, links: [link] });
    }
    return groups;
  }

  // A function that marks exactly the given links; it returns one label for each mark.
  corridors.marks = function (map, pane, openLink) {
    let shown = [];

    function one(group) {
      const [link] = group.links;
      const count = group.links.length;
      const name = count > 1 ? `${count} closed: ${group.links.map((each) => each.name).join(', ')}` : `${link.name}: closed`;
      const at = link.middle;
      const act = () => {
        if (count === 1) openLink(link, at);
        else map.fitBounds(L.latLngBounds(group.links.flatMap((each) => each.line.map(([lon, lat]) => [lat, lon]))).pad(0.1), { maxZoom: 9 });
      };
      const picture = corridors.cross();
      const marker = L.marker(at, {
        pane, keyboard: true, title: name, alt: name, riseOnHover: true, zIndexOffset: count > 1 ? 100 : 0,
        icon: L.divIcon({ className: 'cross', html: element('div', null, picture), iconSize: [20, 20] }),
      });
      marker.on('click keypress', (event) => {
        if (event.type === 'click' || event.originalEvent.key === 'Enter') act();
      });
      return {
        marker,
        label: {
          at, text: count > 1 ? `${count} closed` : `${link.name} closed`, kind: 'closed', rank: 6, gap: 12, from: 0, mark: 9,
        },
      };
    }

    return function (links) {
      shown.forEach(({ marker }) => marker.remove());
      shown = grouped(map, links).map(one);
      shown.forEach(({ marker }) => marker.addTo(map));
      return shown.map(({ label }) => label);
    };
  };
})(window.corridorsMap);
