// What stands in the page as it is: it unpacks the scripts, which the page's policy knows by
// their hashes, and puts them into the page.
async function corridorsUnpacked(id) {
  const text = document.getElementById(id).textContent.trim();
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

// The port that whoever holds the page in a frame hands in once it has loaded. That may be before
// the scripts are unpacked, so it is waited for here.
const handed = new Promise((resolve) => {
  window.addEventListener('message', ({ source, data, ports }) => {
    if (source === window.parent && window.parent !== window && data === 'corridors' && ports[0]) resolve(ports[0]);
  });
});

(function () {
  'use strict';
  const loaded = (async () => {
    const text = new TextDecoder().decode(await corridorsUnpacked('scripts'));
    for (const part of text.split('\0')) {
      const script = document.createElement('script');
      script.textContent = part;
      document.body.append(script);
      script.remove();
    }
    return window.corridors;
  })();
  // Whoever asks before the scripts are there waits for them.
  const later = (name) => async (asked) => (await loaded)[name](asked);
  window.corridors = { ready: loaded.then((own) => own.ready), solve: later('solve'), detail: later('detail') };
  loaded.catch((error) => {
    document.body.classList.remove('opening');
    document.getElementById('sentence').textContent = `This page could not be opened: ${error.message}. It needs a browser of 2023 or later.`;
  });
})();
