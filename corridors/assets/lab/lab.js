// The explorer in a cell: its page in a frame that may run scripts and no more. What is asked and
// answered there goes to Python, and what Python asks goes there, over a port of their own.
function render({ model, el }) {
  const frame = document.createElement('iframe');
  frame.title = model.get('_title');
  frame.setAttribute('sandbox', 'allow-scripts allow-downloads');
  frame.style.cssText = `width: 100%; height: ${model.get('height')}px; border: 1px solid #dfe3e8`;
  frame.srcdoc = model.get('_page');
  let port = null;
  // What the page was asked and has not answered, as text; null once it has.
  let asked = null;
  const ask = () => {
    if (!port) return;
    const state = model.get('state');
    asked = JSON.stringify(state);
    port.postMessage({ state });
  };
  const take = ({ data: { state, answer } }) => {
    const own = JSON.stringify(state) !== asked;
    asked = null;
    const whole = { state, ...answer };
    // An answer to what has been asked is late where something else has been asked since, perhaps
    // in another cell with the same lab; what a reader does counts, whenever it comes.
    if (!own && JSON.stringify(model.get('state')) !== JSON.stringify(state)) return;
    model.off('change:state', ask);
    model.set(own ? { state, answer: whole } : { answer: whole });
    model.on('change:state', ask);
    model.save_changes();
  };
  // A cell that is moved loads its frame anew, and that page knows no port.
  frame.addEventListener('load', () => {
    if (port) port.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = take;
    frame.contentWindow.postMessage('corridors', '*', [channel.port2]);
    ask();
  });
  model.on('change:state', ask);
  el.append(frame);
  return () => {
    model.off('change:state', ask);
    if (port) port.close();
  };
}

export default { render };
