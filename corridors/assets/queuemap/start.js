// Draws what the page carries.
window.corridorsMap.drawQueues(JSON.parse(document.getElementById('queue-map-data').textContent));
