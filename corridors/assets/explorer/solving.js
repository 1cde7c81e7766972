// Asks the solver: in a worker of the page's own source, or in the page where that is refused.
class Asking {
  constructor(buffer) {
    this.waiting = new Map();
    this.next = 1;
    this.worker = null;
    this.local = null;
    this.buffer = buffer;
    try {
      const source = `const corridorsSolver = ${corridorsSolver};
const answer = corridorsSolver().serve((message) => postMessage(message));
onmessage = (event) => answer(event.data);`;
      this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
      this.worker.onmessage = (event) => this.take(event.data);
      this.worker.onerror = (event) => {
        event.preventDefault();
        this.fallBack();
      };
    } catch {
      this.fallBack();
    }
    this.opened = this.ask({ what: 'open', buffer });
  }

  get where() {
    return this.local ? 'page' : 'worker';
  }

  // Goes on in the page's own thread, with whatever was asked and not answered.
  fallBack() {
    if (this.local) return;
    if (this.worker) this.worker.terminate();
    this.worker = null;
    this.local = corridorsSolver().serve((message) => this.take(message));
    const open = [...this.waiting.values()];
    if (open.length && open[0].message.what !== 'open') this.local({ id: 0, what: 'open', buffer: this.buffer });
    for (const { message } of open) this.send(message);
  }

  ask(message) {
    return new Promise((resolve, reject) => {
      const whole = { ...message, id: this.next++ };
      this.waiting.set(whole.id, { resolve, reject, message: whole });
      this.send(whole);
    });
  }

  send(message) {
    if (this.local) setTimeout(() => this.local(message));
    else this.worker.postMessage(message);
  }

  take({ id, answer, error }) {
    const own = this.waiting.get(id);
    if (!own) return;
    this.waiting.delete(id);
    if (error === undefined) own.resolve(answer);
    else own.reject(new Error(error));
  }
}
