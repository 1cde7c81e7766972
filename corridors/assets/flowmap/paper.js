// Light, dark and paper: the page's own colours follow by style sheet, those of the map from here.
(function (corridors) {
  'use strict';
  const asked = (query) => (window.matchMedia ? window.matchMedia(query) : { matches: false, addEventListener() {} });
  const dark = asked('(prefers-color-scheme: dark)');
  const print = asked('print');
  let forPaper = false;

  corridors.isDark = () => dark.matches && !forPaper && !print.matches;
  corridors.useColours(corridors.isDark());

  // Draw anew when the colours change; on paper the map keeps what it shows, at the sheet's size.
  corridors.onPaper = function (map, refresh) {
    let kept = null;
    const follow = () => {
      const paper = forPaper || print.matches;
      corridors.useColours(corridors.isDark());
      if (!map.getContainer().offsetWidth) return; // a report prints a picture instead
      if (paper && !kept) {
        kept = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom() };
        document.documentElement.classList.add('paper');
        map.invalidateSize({ animate: false });
        map.fitBounds(kept.bounds, { animate: false });
      } else if (!paper && kept) {
        document.documentElement.classList.remove('paper');
        map.invalidateSize({ animate: false });
        map.setView(kept.center, kept.zoom, { animate: false });
        kept = null;
      }
      refresh();
    };
    dark.addEventListener('change', follow);
    print.addEventListener('change', follow);
    window.addEventListener('beforeprint', () => { forPaper = true; follow(); });
    window.addEventListener('afterprint', () => { forPaper = false; follow(); });
  };
})(window.corridorsMap);
