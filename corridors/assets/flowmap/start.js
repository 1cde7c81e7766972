// Draws what the page carries.
window.corridorsMap.draw(JSON.parse(document.getElementById('flow-map-data').textContent));
