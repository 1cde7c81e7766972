// The map: a canvas of our own. Lines are built once in world units and drawn by one transform.
const mercator = (lat) => (-Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360)) * 180) / Math.PI;
const latitude = (y) => (Math.atan(Math.exp((-y * Math.PI) / 180)) * 360) / Math.PI - 90;

const LEAST_T = 0.5;

const largest = (values, least) => values.reduce((most, value) => Math.max(most, value), least);
const COLOURS = ['sea', 'land', 'edge', 'line', 'ink', 'halo', 'more', 'less', 'same', 'shut', 'accent'];

class FlowCanvas {
  constructor(canvas, names, { pick, moved, hover }) {
    this.canvas = canvas;
    this.names = names;
    this.pick = pick;
    this.moved = moved;
    this.hover = hover;
    this.context = canvas.getContext('2d');
    this.centre = [60, mercator(45)];
    this.scale = 10;
    this.answer = null;
    this.before = false;
    this.chosen = null;
    this.build();
    this.listen();
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  // Lines, places and countries in world units: degrees of longitude, Mercator down the page.
  build() {
    const { arrays: x, texts } = this.names;
    const trace = (start, end, first, lon, lat, parts, closed, path) => {
      let [px, py] = first;
      const points = new Float64Array(2 * (end - start + 1));
      for (let i = start, n = 0; i <= end; i++, n++) {
        points[2 * n] = px / parts;
        points[2 * n + 1] = mercator(py / parts);
        if (n === 0) path.moveTo(points[0], points[1]);
        else path.lineTo(points[2 * n], points[2 * n + 1]);
        if (i < end) {
          px += lon[i];
          py += lat[i];
        }
      }
      if (closed) path.closePath();
      return points;
    };
    this.lines = texts.links.id.map((_, l) => {
      const path = new Path2D();
      const points = trace(
        x.line_start[l], x.line_start[l + 1], [x.line_first[2 * l], x.line_first[2 * l + 1]],
        x.line_lon, x.line_lat, 1000, false, path,
      );
      return { path, points, box: boxOf(points) };
    });
    this.ground = new Path2D();
    this.countries = texts.countries.code.map((code, c) => {
      const rings = [];
      for (let r = x.ground_ring[c]; r < x.ground_ring[c + 1]; r++) {
        rings.push(trace(
          x.ground_start[r], x.ground_start[r + 1], [x.ground_first[2 * r], x.ground_first[2 * r + 1]],
          x.ground_lon, x.ground_lat, 50, true, this.ground,
        ));
      }
      return { code, rings };
    });
    this.places = Array.from(x.node_lon, (lon, n) => [lon / 1000, mercator(x.node_lat[n] / 1000)]);
  }

  // Takes an answer, and works out what each line and place carries before and after.
  show(answer, shut) {
    this.answer = answer;
    const { names } = this;
    const { links } = names.texts;
    const total = (flow, l) => names.linkArcs[l].reduce((sum, a) => sum + flow[a], 0);
    this.was = links.id.map((_, l) => total(answer.flowBefore.total, l));
    this.now = links.id.map((_, l) => total(answer.flow.total, l));
    // Which way most of it goes: 1 along the line, -1 against it, 0 where neither is most.
    const way = (flow, l) => {
      const along = names.linkArcs[l].reduce((sum, a) => sum + (names.arrays.arc_direction[a] === 0 ? flow[a] : -flow[a]), 0);
      const whole = total(flow, l);
      return whole > LEAST_T && Math.abs(along) > 0.3 * whole ? Math.sign(along) : 0;
    };
    this.wayBefore = links.id.map((_, l) => way(answer.flowBefore.total, l));
    this.way = links.id.map((_, l) => way(answer.flow.total, l));
    const gone = (closed, l) => names.linkArcs[l].length > 0 && names.linkArcs[l].every((a) => closed[a]);
    this.gone = links.id.map((_, l) => gone(answer.closed, l) && !gone(answer.closedBefore, l));
    this.absent = links.id.map((_, l) => gone(answer.closedBefore, l) && gone(answer.closed, l));
    for (const key of shut) {
      for (const a of names.arcs(key)) {
        if (names.arrays.arc_type[a] === 0) {
          const l = names.arrays.arc_row[a];
          if (gone(answer.closed, l)) this.gone[l] = !this.absent[l];
        }
      }
    }
    // Under route choice everything moves a little.
    this.least = answer.missing === undefined ? 1e-6 : 0.01;
    this.most = largest(this.now, largest(this.was, 1));
    this.through = names.texts.nodes.id.map(() => 0);
    links.id.forEach((_, l) => {
      for (const n of [links.from[l], links.to[l]]) this.through[n] = Math.max(this.through[n], this.was[l], this.now[l]);
    });
    this.drawOrder = links.id.map((_, l) => l).sort((a, b) => Math.max(this.was[b], this.now[b]) - Math.max(this.was[a], this.now[a]) || a - b);
    this.labelOrder = this.through.map((_, n) => n).filter((n) => this.through[n] > LEAST_T).sort((a, b) => this.through[b] - this.through[a] || a - b);
    this.draw();
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const found = {};
    for (const name of COLOURS) found[name] = style.getPropertyValue(`--map-${name}`).trim() || '#888';
    return found;
  }

  resize() {
    const { canvas } = this;
    const box = canvas.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const ratio = this.ratio || window.devicePixelRatio || 1;
    // On paper the map shows what the screen showed, however wide the paper is.
    if (this.ratio && this.width) this.scale *= box.width / this.width;
    this.width = box.width;
    this.height = box.height;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    this.paint();
  }

  draw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = null;
      this.paint();
    });
  }

  width_(t) {
    return t > LEAST_T ? 1.2 + 10 * Math.sqrt(t / this.most) : 0;
  }

  // One line's look: {width, colour, dash}.
  look(l, colour) {
    const [was, now] = [this.was[l], this.now[l]];
    if (this.before) return { width: this.width_(was), colour: colour.same, dash: null };
    if (this.gone[l]) return { width: Math.max(2.5, Math.min(5, this.width_(was))), colour: colour.shut, dash: [7, 4] };
    const change = now - was;
    const trace = Math.max(LEAST_T, this.least * was);
    if (Math.abs(change) <= trace) return { width: this.width_(now), colour: colour.same, dash: null };
    if (now <= LEAST_T) return { width: Math.min(4, this.width_(was)), colour: colour.less, dash: [2, 4] };
    return { width: this.width_(now), colour: change > 0 ? colour.more : colour.less, dash: null };
  }

  paint() {
    const { context: c, width, height } = this;
    if (!width) return;
    const ratio = this.canvas.width / width;
    const k = this.scale;
    const colour = this.colours();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = colour.sea;
    c.fillRect(0, 0, this.canvas.width, this.canvas.height);
    c.setTransform(ratio * k, 0, 0, ratio * k, ratio * (width / 2 - this.centre[0] * k), ratio * (height / 2 - this.centre[1] * k));
    c.fillStyle = colour.land;
    c.fill(this.ground, 'evenodd');
    c.lineWidth = 0.7 / k;
    c.strokeStyle = colour.edge;
    c.stroke(this.ground);
    if (!this.answer) return;
    const seen = this.window(40);
    const inView = (l) => overlaps(this.lines[l].box, seen);
    c.lineCap = 'round';
    c.lineJoin = 'round';
    c.strokeStyle = colour.line;
    c.lineWidth = 0.9 / k;
    const idle = this.drawOrder.filter(inView);
    for (const l of idle) {
      if (this.absent[l]) continue;
      if (this.width_(this.was[l]) === 0 && this.width_(this.now[l]) === 0 && !this.gone[l]) c.stroke(this.lines[l].path);
    }
    // What is thin lies on what is thick, so that both gauges of one line show; what is shut on all.
    const late = [];
    for (const l of idle) {
      if (this.absent[l]) continue;
      const look = this.look(l, colour);
      if (this.gone[l] && !this.before) late.push([l, look]);
      else if (look.width > 0) this.stroke(l, look, k);
    }
    for (const [l, look] of late) this.stroke(l, look, k);
    if (this.chosen) this.mark(colour, k);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const l of idle) if (!this.absent[l] && (this.before || !this.gone[l])) this.arrow(l, colour);
    this.paintPlaces(colour);
    if (document.activeElement === this.canvas && this.byKeys) this.cross(colour);
  }

  stroke(l, { width, colour, dash }, k) {
    const { context: c } = this;
    c.strokeStyle = colour;
    c.lineWidth = width / k;
    if (dash) {
      c.lineCap = 'butt';
      c.setLineDash(dash.map((d) => d / k));
    }
    c.stroke(this.lines[l].path);
    if (dash) {
      c.setLineDash([]);
      c.lineCap = 'round';
    }
  }

  // A small arrow in the middle of a thick line, the way that most of it goes.
  arrow(l, colour) {
    const way = (this.before ? this.wayBefore : this.way)[l];
    const width = this.width_(this.before ? this.was[l] : this.now[l]);
    const { points, box } = this.lines[l];
    if (!way || width < 2.5 || Math.max(box[2] - box[0], box[3] - box[1]) * this.scale < 45) return;
    let i = 2 * Math.floor((points.length / 2 - 1) / 2);
    const [ax, ay] = this.toScreen([points[i], points[i + 1]]);
    for (i += 2; i + 3 < points.length; i += 2) if (Math.hypot(points[i] - points[i - 2], points[i + 1] - points[i - 1]) * this.scale > 4) break;
    const [bx, by] = this.toScreen([points[i], points[i + 1]]);
    const turn = Math.atan2(by - ay, bx - ax) + (way < 0 ? Math.PI : 0);
    const size = Math.min(7, 2.5 + width / 2);
    const { context: c } = this;
    c.fillStyle = colour.halo;
    c.strokeStyle = colour.ink;
    c.lineWidth = 0.8;
    c.beginPath();
    for (const [j, angle] of [0, 2.5, -2.5].entries()) {
      const x = (ax + bx) / 2 + size * Math.cos(turn + angle);
      const y = (ay + by) / 2 + size * Math.sin(turn + angle);
      if (j === 0) c.moveTo(x, y);
      else c.lineTo(x, y);
    }
    c.closePath();
    c.fill();
    c.stroke();
  }

  // Rings what is chosen.
  mark(colour, k) {
    const { context: c, names } = this;
    c.strokeStyle = colour.accent;
    c.globalAlpha = 0.45;
    for (const a of names.arcs(this.chosen)) {
      if (names.arrays.arc_type[a] !== 0) continue;
      const l = names.arrays.arc_row[a];
      c.lineWidth = (this.width_(Math.max(this.was[l], this.now[l])) + 7) / k;
      c.stroke(this.lines[l].path);
    }
    c.globalAlpha = 1;
  }

  paintPlaces(colour) {
    const { context: c, names } = this;
    const taken = this.onTop();
    c.font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
    c.textBaseline = 'middle';
    c.lineJoin = 'round';
    const most = Math.round((this.width * this.height) / 14000);
    let count = 0;
    for (const n of this.labelOrder) {
      const [x, y] = this.toScreen(this.places[n]);
      if (x < 0 || y < 0 || x > this.width || y > this.height) continue;
      c.fillStyle = colour.ink;
      c.beginPath();
      c.arc(x, y, 2, 0, 7);
      c.fill();
      if (count >= most) continue;
      const text = names.node(n);
      const wide = c.measureText(text).width;
      const left = x + wide + 12 > this.width;
      const box = [left ? x - wide - 8 : x + 4, y - 8, left ? x - 4 : x + wide + 8, y + 8];
      if (taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      count++;
      c.strokeStyle = colour.halo;
      c.lineWidth = 3;
      c.strokeText(text, box[0] + 2, y);
      c.fillText(text, box[0] + 2, y);
    }
  }

  // Where buttons and the legend lie over the map: no name is written under them.
  onTop() {
    const home = this.canvas.getBoundingClientRect();
    return [...this.canvas.parentElement.querySelectorAll('.zoom button, #legend')].map((it) => {
      const box = it.getBoundingClientRect();
      return [box.left - home.left, box.top - home.top, box.right - home.left, box.bottom - home.top];
    });
  }

  cross(colour) {
    const { context: c } = this;
    c.strokeStyle = colour.accent;
    c.lineWidth = 1.5;
    c.beginPath();
    c.arc(this.width / 2, this.height / 2, 10, 0, 7);
    c.moveTo(this.width / 2 - 14, this.height / 2);
    c.lineTo(this.width / 2 + 14, this.height / 2);
    c.moveTo(this.width / 2, this.height / 2 - 14);
    c.lineTo(this.width / 2, this.height / 2 + 14);
    c.stroke();
  }

  toScreen([x, y]) {
    return [this.width / 2 + (x - this.centre[0]) * this.scale, this.height / 2 + (y - this.centre[1]) * this.scale];
  }

  toWorld(px, py) {
    return [this.centre[0] + (px - this.width / 2) / this.scale, this.centre[1] + (py - this.height / 2) / this.scale];
  }

  window(margin) {
    const [x1, y1] = this.toWorld(-margin, -margin);
    const [x2, y2] = this.toWorld(this.width + margin, this.height + margin);
    return [x1, y1, x2, y2];
  }

  // What lies under a point of the screen: a place, a line, or else the country.
  under(px, py) {
    if (!this.answer) return null;
    const near = 9;
    let best = null;
    let least = near;
    this.places.forEach((at, n) => {
      if (!this.through[n]) return;
      const [x, y] = this.toScreen(at);
      const far = Math.hypot(x - px, y - py);
      if (far < Math.min(least, 7)) [best, least] = [`node:${this.names.texts.nodes.id[n]}`, far];
    });
    if (best) return best;
    const [wx, wy] = this.toWorld(px, py);
    const reach = near / this.scale;
    const seen = [wx - reach, wy - reach, wx + reach, wy + reach];
    let closest = reach;
    this.lines.forEach(({ points, box }, l) => {
      if (this.absent[l] || !overlaps(box, seen)) return;
      for (let i = 0; i + 3 < points.length; i += 2) {
        const far = distance(wx, wy, points[i], points[i + 1], points[i + 2], points[i + 3]);
        const busy = this.width_(Math.max(this.now[l], this.was[l]));
        const own = far - (busy > 0 ? (2 + busy / 2) / this.scale : 0);
        if (own < closest) [best, closest] = [`link:${this.names.texts.links.id[l]}`, own];
      }
    });
    if (best) return best;
    const country = this.countries.find(({ code, rings }) => this.names.placeOf.has(`country:${code}`) && rings.some((ring) => contains(ring, wx, wy)));
    return country ? `country:${country.code}` : null;
  }

  zoomBy(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = this.toWorld(px, py);
    this.scale = Math.max(this.width / 380, Math.min(4000, this.scale * factor));
    this.centre = [x - (px - this.width / 2) / this.scale, y - (py - this.height / 2) / this.scale];
    this.settle();
  }

  panBy(dx, dy) {
    this.centre = [this.centre[0] + dx / this.scale, Math.max(-180, Math.min(180, this.centre[1] + dy / this.scale))];
    this.settle();
  }

  settle() {
    this.hover(null);
    this.draw();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.moved(this.at()), 300);
  }

  // Tells nobody of a move that has been overtaken by another address.
  forget() {
    clearTimeout(this.later);
  }

  at() {
    return [latitude(this.centre[1]), this.centre[0], Math.log2((this.scale * 360) / 256)];
  }

  go([lat, lon, zoom]) {
    this.centre = [lon, mercator(lat)];
    this.scale = Math.max(0.5, Math.min(4000, (2 ** zoom * 256) / 360));
    this.hover(null);
    this.draw();
  }

  // Shows some lines whole.
  fit(lines, least = 0) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const l of lines) {
      const own = this.lines[l].box;
      box[0] = Math.min(box[0], own[0]);
      box[1] = Math.min(box[1], own[1]);
      box[2] = Math.max(box[2], own[2]);
      box[3] = Math.max(box[3], own[3]);
    }
    if (!(box[2] >= box[0]) || !this.width) return;
    const wide = Math.max(box[2] - box[0], 0.5);
    const high = Math.max(box[3] - box[1], 0.5);
    this.centre = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    this.scale = Math.min(Math.max(Math.min((this.width - 60) / wide, (this.height - 60) / high), least), 150);
    this.hover(null);
    this.draw();
  }

  // The first view: what carries by land; the story of a closure where there is one.
  fitAll() {
    const { links } = this.names.texts;
    const land = links.id.map((_, l) => l).filter((l) => ['rail', 'road'].includes(links.mode[l]) && !this.absent[l]);
    const busy = land.filter((l) => this.now[l] > 0.005 * this.most || this.was[l] > 0.005 * this.most);
    const every = links.id.map((_, l) => l);
    this.fit(busy.length ? busy : land.length ? land : every, this.width / 110);
  }

  fitChanged() {
    const { links } = this.names.texts;
    const change = links.id.map((_, l) => Math.abs(this.now[l] - this.was[l]));
    const most = largest(change.filter((_, l) => links.mode[l] !== 'sea'), LEAST_T);
    const moved = links.id.map((_, l) => l).filter((l) => this.gone[l] || (links.mode[l] !== 'sea' && change[l] >= 0.25 * most && change[l] > LEAST_T));
    const shut = moved.filter((l) => this.gone[l]);
    if (!moved.length) this.fitAll();
    // A narrow screen shows where it happens, not the whole of a wide network as a strip.
    else if (this.width < 600 && shut.length) {
      this.fit(shut);
      this.scale = Math.min(this.scale, this.width / 40);
      this.draw();
    } else this.fit(moved);
  }

  listen() {
    const { canvas } = this;
    const pointers = new Map();
    let travelled = 0;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, place(event));
      travelled = 0;
      this.byKeys = false;
    });
    canvas.addEventListener('pointermove', (event) => {
      const now = place(event);
      const was = pointers.get(event.pointerId);
      if (!was) {
        this.pointAt(now);
        return;
      }
      const others = [...pointers.entries()].filter(([id]) => id !== event.pointerId);
      if (others.length) {
        const [, other] = others[0];
        const far = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]);
        travelled += 10;
        if (far(was) > 5) this.zoomBy(far(now) / far(was), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      } else {
        travelled += Math.abs(now[0] - was[0]) + Math.abs(now[1] - was[1]);
        if (travelled > 4) this.panBy(was[0] - now[0], was[1] - now[1]);
      }
      pointers.set(event.pointerId, now);
    });
    const end = (event) => {
      const had = pointers.delete(event.pointerId);
      if (had && event.type === 'pointerup' && travelled <= 4 && !pointers.size) {
        const key = this.under(...place(event));
        if (key) this.pick(key, event.shiftKey);
      }
    };
    for (const type of ['pointerup', 'pointercancel']) canvas.addEventListener(type, end);
    canvas.addEventListener('pointerleave', () => this.hover(null));
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoomBy(2 ** (-event.deltaY / (event.deltaMode ? 8 : 240)), ...place(event));
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
      this.byKeys = true;
      if (step) this.panBy(...step);
      else if (event.key === '+' || event.key === '=') this.zoomBy(1.4);
      else if (event.key === '-') this.zoomBy(1 / 1.4);
      else if (event.key === '0') {
        this.fitAll();
        this.settle();
      } else if (event.key === 'Enter') {
        const key = this.under(this.width / 2, this.height / 2);
        if (key) this.pick(key, event.shiftKey);
      } else {
        return;
      }
      event.preventDefault();
    });
    for (const type of ['focus', 'blur']) canvas.addEventListener(type, () => {
      if (type === 'focus') this.byKeys = canvas.matches(':focus-visible');
      this.draw();
    });
  }

  pointAt(now) {
    if (this.pointing) return;
    this.pointing = requestAnimationFrame(() => {
      this.pointing = null;
      const key = this.under(...now);
      this.canvas.classList.toggle('over', Boolean(key));
      this.hover(key, now);
    });
  }
}

function boxOf(points) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    box[0] = Math.min(box[0], points[i]);
    box[1] = Math.min(box[1], points[i + 1]);
    box[2] = Math.max(box[2], points[i]);
    box[3] = Math.max(box[3], points[i + 1]);
  }
  return box;
}

const overlaps = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

function distance(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const long = dx * dx + dy * dy;
  const t = long ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / long)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

function contains(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    if (ring[i + 1] > y !== ring[j + 1] > y && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
  }
  return inside;
}
