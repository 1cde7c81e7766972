// Opens the page, and goes round: what is asked, the answer, what is shown.
const ready = (async () => {
  const buffer = await corridorsUnpacked('network');
  return { buffer, asking: new Asking(buffer), ...corridorsSolver().readContainer(buffer) };
})();

async function solved(asked) {
  const { asking, texts } = await ready;
  const { scenario, day, ...rest } = asked || {};
  return { texts, answer: await asking.ask({ what: 'solve', question: { ...rest, state: stateNumber(texts, { scenario, day }) } }) };
}

// For scripts: the same answers as the page shows.
window.corridors = {
  ready: ready.then(({ asking }) => asking.opened.then(() => true)),
  async solve(asked) {
    const { answer } = await solved(asked);
    return {
      objective: answer.objective,
      shortfall_t_per_day: answer.after.short_t,
      rerouted_t_per_day: answer.change.rerouted_t_per_day,
      relative_gap: answer.gap,
    };
  },
  // All of an answer: totals, shortfall by demand, tonnes by link and direction, prices of limits.
  async detail(asked) {
    const { answer, texts } = await solved(asked);
    const { arrays } = await ready;
    const flow = {};
    answer.flow.total.forEach((t, a) => {
      if (t === 0 || arrays.arc_type[a] > 1) return;
      const ids = arrays.arc_type[a] === 0 ? texts.links.id : texts.transfers.transfer_id;
      flow[`${ids[arrays.arc_row[a]]}:${arrays.arc_direction[a] === 0 ? 'forward' : 'backward'}`] = t;
    });
    const ids = texts.limits[0];
    const arcsOf = ([k, arcs]) => [texts.demand.id[k], Array.from(arcs)];
    return {
      ...(answer.missing === undefined ? {} : { missing_share: answer.missing }),
      ...(answer.routes ? { routes: answer.routes.map(arcsOf) } : {}),
      objective: answer.objective,
      relative_gap: answer.gap,
      before: answer.before,
      after: answer.after,
      change: answer.change,
      rerouted_t_per_day: answer.change.rerouted_t_per_day,
      surplus_lost_usd_per_day: Object.fromEntries(texts.demand.id.map((id, k) => [id, answer.demands.surplus[k]])),
      shortfall_t_per_day: Object.fromEntries(texts.demand.id.map((id, k) => [id, answer.demands.short[k]])),
      flow_t_per_day: flow,
      couplings: answer.fallen.map(({ limit, ordinary, wanted, room, missing, price, joint_gap_usd: gap }) => ({
        coupling_id: ids[limit],
        ordinary_units_per_day: ordinary,
        wanted_units_per_day: wanted,
        room_units_per_day: room,
        missing_units_per_day: missing,
        price_usd: price,
        joint_gap_usd_per_day: Number.isNaN(gap) ? null : gap,
      })),
      price_usd: Object.fromEntries(Array.from(answer.limits.limit, (l, r) => [ids[l], answer.limits.price[r]])),
    };
  },
};

// Milliseconds in which nobody has asked: the reader still looks.
const WARM_AFTER = 300;

class Page {
  constructor({ buffer, asking, texts, arrays }) {
    this.asking = asking;
    this.names = new Names({ texts, arrays });
    this.store = new Store(this.names);
    const { names, store } = this;
    const open = (key) => this.details.open(key);
    this.details = new Details(names, store, (message) => asking.ask(message));
    byId('main').append(this.details.element);
    this.map = new FlowCanvas(byId('canvas'), names, {
      pick: (key, now) => (now ? store.toggle(key) : open(key)),
      moved: (at) => store.look({ at }),
      hover: (key, at) => this.hover(key, at),
    });
    this.details.heard = (key) => {
      // What is open lies over the map: nothing of it may lie under.
      byId('tip').hidden = true;
      document.body.classList.toggle('detailed', Boolean(key));
      this.map.chosen = key && names.placeOf.has(key) ? key : null;
      this.map.draw();
    };
    // Rankings have a solver of their own, so that they never keep the reader waiting.
    let ranking = null;
    this.views = {
      who: new WhoView(names, store, open),
      full: new FullView(names, store, open),
      worst: new WorstView(names, store, async () => {
        ranking = ranking || (asking.where === 'page' ? asking : new Asking(buffer));
        await ranking.opened;
        return ranking;
      }),
    };
    this.lines = new LinesView(names, store, open);
    byId('lines').append(this.lines.element);
    for (const [name, view] of Object.entries(this.views)) byId(`view-${name}`).append(view.element);
    choices(names, store);
    models(names, store);
    searching(names, store, open);
    this.credits();
    this.buttons();
    this.keys();
    this.told = [];
    store.listen(() => this.update());
    store.seen = () => {
      this.map.forget();
      this.afresh = true;
    };
    this.update();
  }

  credits() {
    const { texts } = this.names;
    byId('credits').textContent = [...texts.credits, texts.disclaimer].join(' · ');
    if (texts.subtitle) byId('subtitle').textContent = texts.subtitle;
  }

  // Asks while the reader goes on: one question under way, and of those that come meanwhile the last.
  async update() {
    this.look();
    chips(this.names, this.store, (key) => this.details.open(key));
    story(this.names, this.store);
    days(this.names, this.store);
    this.unknown();
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    do {
      this.again = false;
      const question = this.store.question();
      const asked = JSON.stringify(question);
      if (asked === this.answered) {
        if (this.afresh) this.begin();
        break;
      }
      document.body.classList.add('busy');
      try {
        this.show(await this.asking.ask({ what: 'solve', question }), question);
        this.answered = asked;
      } catch (error) {
        this.answered = asked;
        byId('proof').textContent = 'No answer.';
        byId('sentence').textContent = `That could not be solved: ${error.message}`;
        this.tell(question, null, error.message);
      }
      document.body.classList.remove('busy');
    } while (this.again);
    this.busy = false;
    this.rank();
  }

  show(answer, question) {
    const { names, store } = this;
    const first = !this.answer;
    this.answer = answer;
    this.hover(null);
    headline(answer, rangesOf(names, store));
    replace(byId('sentence'), dated(sentence(names, store, answer)));
    proof(answer, this.asking, store.state.model, names.texts.no_choice);
    this.map.show(answer, question.close);
    this.lines.show(this.map);
    this.views.who.show(answer);
    this.views.full.show(answer);
    this.details.show(answer, this.map);
    if (first || this.afresh) this.begin();
    if (first) {
      document.body.classList.remove('opening');
      if (!question.model) this.warm(question);
    }
    this.tell(question, answer);
  }

  // Shows the part of the map that the address names, or where its story is.
  begin() {
    const { store } = this;
    this.afresh = false;
    if (store.state.at) this.map.go(store.state.at);
    else if (store.changes || store.state.scenario) this.map.fitChanged();
    else this.map.fitAll();
  }

  // Tells whoever listens what was asked and answered; the last of it also to those that come late.
  tell(...last) {
    this.last = last;
    for (const heard of this.told) heard(...last);
  }

  // Shuts the three busiest borders unseen, so that the first real question finds fast code: one
  // at a time, and no more once somebody asks, whom it would keep waiting.
  async warm(question) {
    const { names, answer, asking } = this;
    const busy = names.keys.filter((key) => key.startsWith('border:')).map((key) => [names.arcs(key).reduce((sum, a) => sum + answer.flowBefore.total[a], 0), key]);
    busy.sort((a, b) => b[0] - a[0]);
    for (const [, key] of busy.slice(0, 3)) {
      const asked = asking.next;
      await new Promise((resolve) => setTimeout(resolve, WARM_AFTER));
      if (asking.next !== asked) return;
      await asking.ask({ what: 'briefs', question: { state: question.state }, keys: [key] }).catch(() => {});
    }
  }

  unknown() {
    const { unknown } = this.store;
    byId('unknown').hidden = !unknown.length;
    byId('unknown').textContent = unknown.length ? `The address names what is not here: ${unknown.slice(0, 5).join(', ')}. ${unknown.length > 1 ? 'They were' : 'It was'} left out.` : '';
  }

  // Which view is up.
  look() {
    const { view } = this.store.state;
    document.body.dataset.view = view;
    for (const name of VIEWS) {
      byId(`view-${name}`).hidden = name !== view;
      const tab = byId(`tab-${name}`);
      tab.setAttribute('aria-selected', String(name === view));
      tab.tabIndex = name === view ? 0 : -1;
    }
    if (view === 'map') this.map.resize();
    this.rank();
  }

  rank() {
    if (this.store.state.view !== 'worst') this.views.worst.stop();
    else if (!this.busy && this.answer) this.views.worst.show(this.store.question());
  }

  hover(key, at) {
    const tip = byId('tip');
    tip.hidden = !key;
    if (!key) return;
    const { names, map } = this;
    const own = [names.label(key)];
    if (names.kind(key) === 'link') {
      const l = names.linkOf.get(names.id(key));
      own.push(map.gone[l] ? `shut; ${t0(map.was[l])} t a day before` : `${arrow(map.was[l], map.now[l], t0)} t a day`);
    }
    replace(tip, element('strong', {}, own[0]), own[1] ? element('span', {}, own[1]) : null);
    tip.style.left = `${Math.min(at[0] + 14, map.width - 220)}px`;
    tip.style.top = `${Math.max(4, at[1] - 10)}px`;
  }

  buttons() {
    const { store, names } = this;
    for (const name of VIEWS) {
      const tab = byId(`tab-${name}`);
      tab.addEventListener('click', () => store.look({ view: name }));
      tab.addEventListener('keydown', (event) => {
        const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!way) return;
        const next = VIEWS[(VIEWS.indexOf(name) + way + VIEWS.length) % VIEWS.length];
        store.look({ view: next });
        byId(`tab-${next}`).focus();
      });
    }
    byId('undo').addEventListener('click', () => store.undo());
    byId('reset').addEventListener('click', () => store.change({ close: [], capacity: {}, delay: {}, demand: {} }));
    byId('zoom-in').addEventListener('click', () => this.map.zoomBy(1.5));
    byId('zoom-out').addEventListener('click', () => this.map.zoomBy(1 / 1.5));
    byId('zoom-all').addEventListener('click', () => { this.map.fitAll(); this.map.settle(); });
    byId('zoom-changed').addEventListener('click', () => { this.map.fitChanged(); this.map.settle(); });
    const before = byId('before');
    before.addEventListener('click', () => this.past(!this.map.before));
    byId('theme').addEventListener('click', () => {
      const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      document.documentElement.dataset.theme = dark ? 'light' : 'dark';
      this.map.draw();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.map.draw());
    byId('help-button').addEventListener('click', () => byId('help').showModal());
    byId('share').addEventListener('click', () => this.share());
    byId('yaml-button').addEventListener('click', () => {
      const { text, left } = toYaml(store.state, names);
      byId('yaml').value = text;
      byId('yaml-said').textContent = left.length ? `Not in the file: ${left.join('; ')}.` : '';
      byId('scenario-file').showModal();
    });
    byId('yaml-save').addEventListener('click', () => save('from-the-explorer.yaml', byId('yaml').value, 'application/yaml'));
    byId('yaml-take').addEventListener('click', () => this.take(byId('yaml').value));
    byId('yaml-open').addEventListener('change', async (event) => {
      const [file] = event.target.files;
      if (file) {
        byId('yaml').value = await file.text();
        byId('yaml-said').textContent = '';
      }
      event.target.value = '';
    });
    for (const button of document.querySelectorAll('dialog .close')) button.addEventListener('click', () => button.closest('dialog').close());
    window.addEventListener('beforeprint', () => this.paper(true));
    window.addEventListener('afterprint', () => this.paper(false));
  }

  // Takes a scenario from the text box.
  take(text) {
    try {
      const { view, at, model } = this.store.state;
      this.store.change({ ...fromYaml(text, this.names), view, at, model });
      byId('scenario-file').close();
    } catch (error) {
      byId('yaml-said').textContent = `Not taken: ${error.message}.`;
    }
  }

  async share() {
    const address = window.location.href;
    let said = 'Copied: the address holds all that is shut and moved.';
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      said = `The address of this page holds all that is shut and moved: ${address.slice(address.indexOf('#'))}`;
    }
    byId('said').textContent = said;
    setTimeout(() => (byId('said').textContent = ''), 6000);
  }

  past(on) {
    this.map.before = on;
    byId('before').setAttribute('aria-pressed', String(on));
    this.map.draw();
  }

  // On paper the map is drawn light and fine, and the address stands below it.
  paper(on) {
    document.documentElement.classList.toggle('paper', on);
    byId('address').textContent = window.location.href.startsWith('file:') ? window.location.hash : window.location.href;
    if (on && !this.map.ratio) this.onScreen = this.map.scale;
    this.map.ratio = on ? 3 : 0;
    if (!on && this.onScreen) this.map.scale = this.onScreen;
    this.map.resize();
  }

  keys() {
    const typing = (target) => target.matches('input, select, textarea') || target.closest('dialog');
    window.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') {
        // A dialog that is up is shut first, by itself.
        if (!document.querySelector('dialog[open]')) this.details.close();
        return;
      }
      if (typing(event.target)) return;
      if (event.key === '/') byId('search').focus();
      else if ('1234'.includes(event.key)) {
        this.store.look({ view: VIEWS[Number(event.key) - 1] });
        byId(`tab-${this.store.state.view}`).focus();
      } else if (event.key === 'u') this.store.undo();
      else if (event.key === 'm' && this.names.texts.choice) this.store.change({ model: this.store.state.model ? '' : 'logit' });
      else if (event.key === 'b') this.past(true);
      else if (event.key === 'z') { this.map.fitChanged(); this.map.settle(); }
      else if (event.key === '?') byId('help').showModal();
      else return;
      event.preventDefault();
    });
    window.addEventListener('keyup', (event) => {
      if (event.key === 'b' && !typing(event.target)) this.past(false);
    });
  }
}

ready.then((found) => found.asking.opened.then(() => held(new Page(found)))).catch((error) => {
  document.body.classList.remove('opening');
  byId('sentence').textContent = `This page could not be opened: ${error.message}. It needs a browser of 2023 or later.`;
});
