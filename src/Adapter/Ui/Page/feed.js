// What happened: the newest first, a bounded list.

import { byId, el } from './dom.js';
import { timeText } from './words.js';

const MOST = 80;

export function feed({ time, kind, text, plugin, key }) {
  const list = byId('feed');
  byId('feed-empty').hidden = true;
  const failed = plugin && plugin.outcome !== 'success';
  list.prepend(el('li', { class: `event ${kind ?? ''}${failed || /fail|problem/.test(kind) ? ' trouble' : ''}`, 'data-key': key },
    el('time', { datetime: time, text: timeText(time) }),
    el('span', { text: text ?? kind ?? '' }),
    plugin?.milliseconds !== undefined ? el('span', { class: 'took', text: `${Math.round(plugin.milliseconds)} ms` }) : null));
  while (list.children.length > MOST) list.lastElementChild.remove();
}
