// For screen readers: what comes and goes, in sentences, at most every three seconds, and not each of many.

import { byId } from './dom.js';
import { kindOf, nameOf } from './words.js';

const PAUSE = 3000;
const MOST = 3;
let waiting = [];
let timer = 0;

export function announce(sentence) {
  waiting.push(sentence);
  timer ||= setTimeout(speak, waiting.length === 1 ? 200 : PAUSE);
}

export function announceChange({ came, went, isFirst }) {
  if (isFirst) return;
  came.forEach(member => announce(`${kindOf(member)} ${nameOf(member)} came to ${member.network}`));
  went.forEach(member => announce(`${kindOf(member)} ${nameOf(member)} left ${member.network}`));
}

function speak() {
  const more = waiting.length - MOST;
  byId('announcer').textContent = waiting.slice(0, MOST).join('. ') + (more > 0 ? `. And ${more} more changes.` : '.');
  waiting = [];
  timer = setTimeout(() => { timer = 0; if (waiting.length > 0) speak(); }, PAUSE);
}
