// One member in the picture: a button that is a card, a small card or a dot, as its network's size asks.

import { el, svg, setText } from './dom.js';
import { addressesOf, kindOf, nameOf, portText, rateText, runtimeOf, sentenceOf, stateOf } from './words.js';
import { sparkline } from './sparkline.js';

const MOST_PORTS = 2;

export function newCard() {
  const card = el('button', { type: 'button', class: 'member', tabindex: '-1' });
  card.append(el('span', { class: 'body' }));
  return card;
}

/** Draws a member. The content is made anew only where its size is another. */
export function drawCard(card, member, layoutSize) {
  const size = layoutSize === 'few' ? 'large' : layoutSize;
  const state = stateOf(member);
  card.className = `member ${size} ${member.kind} ${state.tone}${keptClasses(card)}`;
  const body = card.firstChild;
  if (card.dataset.size !== size) {
    card.dataset.size = size;
    body.replaceChildren(...(size === 'small' ? dot() : content(size)));
  }
  card.setAttribute('aria-label', sentenceOf(member));
  // Below a dot there is no room for the namespace of a pod.
  setText(body.querySelector('.name'), size === 'small' ? nameOf(member).split('/').at(-1) : nameOf(member));
  if (size === 'small') {
    card.title = `${nameOf(member)} · ${addressesOf(member).join(', ')}`;
    return;
  }
  setText(body.querySelector('.address'), addressesOf(member)[0] ?? 'no address yet');
  setText(body.querySelector('.more'), addressesOf(member).length > 1 ? `+${addressesOf(member).length - 1}` : '');
  setText(body.querySelector('.state'), state.tone === 'quiet' ? quietMark(member, state) : state.text);
  card.title = `${nameOf(member)} · ${kindOf(member)} · ${member.state}\n${addressesOf(member).join('\n')}`;
  drawPorts(body.querySelector('.ports'), member.ports ?? []);
}

/** Which runtime, of containers and pods; of others what they are for. */
function quietMark(member, state) {
  return ['container', 'pod'].includes(member.kind) ? runtimeOf(member) || member.kind : state.text;
}

function keptClasses(card) {
  return ['coming', 'dimmed', 'selected', 'found'].filter(name => card.classList.contains(name)).map(name => ` ${name}`).join('');
}

const dot = () => [el('i', { class: 'shape' }), el('span', { class: 'name' })];

function content(size) {
  return [
    el('i', { class: 'shape' }),
    el('span', { class: 'line' }, el('span', { class: 'name' }), el('span', { class: 'state' })),
    el('span', { class: 'line' }, el('span', { class: 'address' }), el('span', { class: 'more' })),
    size === 'large'
      ? el('span', { class: 'line traffic' },
        svg('svg', { class: 'spark', viewBox: '0 0 60 14', preserveAspectRatio: 'none' }, svg('path', { class: 'area' }), svg('path', {})),
        el('span', { class: 'rate' }))
      : null,
    el('span', { class: 'ports' }),
  ].filter(Boolean);
}

function drawPorts(place, ports) {
  const texts = ports.slice(0, MOST_PORTS).map(portText);
  if (ports.length > MOST_PORTS) texts.push(`+${ports.length - MOST_PORTS}`);
  if (place.dataset.texts === texts.join(' ')) return;
  place.dataset.texts = texts.join(' ');
  place.replaceChildren(...texts.map(text => el('span', { class: 'port', text })));
}

/** The last minute of a large card. */
export function drawTraffic(card, history) {
  const spark = card.querySelector('.spark');
  if (!spark) return;
  const { line, area } = sparkline(history, 60, 14);
  spark.firstChild.setAttribute('d', area);
  spark.lastChild.setAttribute('d', line);
  const rate = history ? (history.received.at(-1) + history.sent.at(-1)) : 0;
  setText(card.querySelector('.rate'), rate > 0 ? rateText(rate) : '');
  card.classList.toggle('still', history === null);
}
