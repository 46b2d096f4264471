// Everything about one member, in a panel: opened by click or Enter, closed by Escape.

import { authorization } from './token.js';
import { byId, el, setText } from './dom.js';
import { facts, history, plugins, text } from './sections.js';
import { kindOf, nameOf, runtimeOf, stateOf } from './words.js';
import { TrafficChart } from './chart.js';

const SMALL = '(max-width: 599px)';
const RETRIES = 3;
const PAUSE = 300;

export class Detail {
  key = null;
  #panel = byId('detail');
  #model;
  #onClose;
  #chart;
  #traffic;
  #asked = 0;
  #isRead = false;
  #body;

  constructor({ model, traffic, onClose }) {
    [this.#model, this.#traffic, this.#onClose] = [model, traffic, onClose];
    this.#panel.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
  }

  open(key) {
    const member = this.#model.member(key);
    if (!member) return;
    [this.key, this.#isRead] = [key, false];
    this.#chart = new TrafficChart();
    this.#body = el('div', { class: 'detail-body' });
    const close = el('button', { type: 'button', class: 'tool icon close', 'aria-label': 'Close details', text: '✕' });
    close.addEventListener('click', () => this.close());
    this.#panel.replaceChildren(
      el('header', {}, el('i', { class: `mark ${member.kind}` }),
        el('div', {}, el('h2', { id: 'detail-title', tabindex: '-1', text: nameOf(member) }), el('p', { class: 'detail-kind' })), close),
      el('div', { class: 'detail-scroll' }, this.#chart.element, this.#body));
    this.#panel.hidden = false;
    this.#cover(matchMedia(SMALL).matches);
    document.body.classList.add('has-detail');
    this.drawTraffic();
    this.refresh();
    byId('detail-title').focus();
  }

  close() {
    if (this.key === null) return;
    const { key } = this;
    this.key = null;
    this.#panel.hidden = true;
    this.#cover(false);
    this.#panel.replaceChildren();
    document.body.classList.remove('has-detail');
    this.#onClose(key);
  }

  drawTraffic() {
    const member = this.key === null ? null : this.#model.member(this.key);
    if (member) this.#chart.draw(this.#traffic.history(member.link), this.#peers(member), this.#traffic.problem);
  }

  /** Again, when the member has changed. One that has gone keeps its last details. */
  async refresh() {
    if (this.key === null) return;
    const asked = ++this.#asked;
    const member = this.#model.member(this.key);
    setText(this.#panel.querySelector('.detail-kind'), member
      ? [kindOf(member), runtimeOf(member), stateOf(member).text].filter(Boolean).join(' · ') : 'has gone');
    // What is being taken away has less to tell than before.
    if (!member || (member.state === 'deleting' && this.#isRead)) return;
    if (this.#body.childElementCount === 0) this.#body.replaceChildren(...facts({ member }));
    const detail = await read(this.key);
    if (asked !== this.#asked || this.key === null || (this.#isRead && !this.#model.member(this.key))) return;
    this.#isRead = true;
    const opened = new Set([...this.#body.querySelectorAll('details[open]')].map(one => one.dataset.name));
    this.#body.replaceChildren(...facts({ member, ...detail }), ...plugins(detail), ...history(detail, member), ...text(detail, opened));
  }

  /** Where the details fill the screen, nothing below them can be reached. */
  #cover(isCovering) {
    for (const below of [document.querySelector('header.bar'), byId('picture-view'), byId('table-view'), byId('side')])
      below.inert = isCovering;
    this.#panel.setAttribute('aria-modal', String(isCovering));
  }

  #peers(member) {
    return this.#traffic.of(member.key).map(({ from, to, protocol, port }) => {
      const other = from === member.key ? to : from;
      const name = this.#model.member(other) ? nameOf(this.#model.member(other)) : other === 'host' ? 'this host' : other;
      return `${from === member.key ? 'to' : 'from'} ${name}, ${protocol}${port ? ` ${port}` : ''}`;
    });
  }
}

// A container that comes or goes makes a browser on this host give up its requests.
async function read(key, retries = RETRIES) {
  try {
    const answer = await fetch(`detail?key=${encodeURIComponent(key)}`, { headers: authorization(), cache: 'no-store' });
    const detail = await answer.json();
    return answer.ok ? detail : { problem: detail.error };
  } catch {
    if (retries === 0) return { problem: 'The details could not be read.' };
    await new Promise(resolve => setTimeout(resolve, PAUSE));
    return read(key, retries - 1);
  }
}
