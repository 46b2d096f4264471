// Both directions of the last minute, large, and who is on the other side.

import { el, setText, svg } from './dom.js';
import { rateText } from './words.js';
import { chart } from './sparkline.js';

const WIDTH = 300;
const HEIGHT = 64;

export class TrafficChart {
  element = el('section', { class: 'chart' });
  #received = new Direction('received', '↓ receives');
  #sent = new Direction('sent', '↑ sends');
  #top = el('span', { class: 'chart-top' });
  #peers = el('ul', { class: 'peers' });
  #problem = el('p', { class: 'why' });

  constructor() {
    this.element.append(
      el('h3', { text: 'Traffic, last 60 seconds' }),
      el('div', { class: 'chart-box' },
        svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
          this.#received.area, this.#sent.area, this.#received.line, this.#sent.line), this.#top),
      el('p', { class: 'chart-now' }, this.#received.text, this.#sent.text), this.#peers, this.#problem);
  }

  draw(history, peers, problem) {
    const drawn = history ? chart(history, WIDTH, HEIGHT) : null;
    this.#received.draw(drawn?.received, history?.received.at(-1));
    this.#sent.draw(drawn?.sent, history?.sent.at(-1));
    setText(this.#top, drawn ? `top ${rateText(drawn.top)}` : 'no traffic');
    if (this.#peers.dataset.drawn !== peers.join('\n')) {
      this.#peers.dataset.drawn = peers.join('\n');
      this.#peers.replaceChildren(...peers.slice(0, 12).map(text => el('li', { text })));
    }
    setText(this.#problem, problem ?? '');
  }
}

class Direction {
  constructor(name, label) {
    this.label = label;
    this.area = svg('path', { class: `area ${name}` });
    this.line = svg('path', { class: name });
    this.text = el('span', { class: name });
  }

  draw(paths, now) {
    this.area.setAttribute('d', paths?.area ?? '');
    this.line.setAttribute('d', paths?.line ?? '');
    setText(this.text, `${this.label} ${rateText(now)}`);
  }
}
