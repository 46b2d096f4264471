// What happened: the newest first, a bounded list. Docker's name of a container comes after its first events, and is filled in then.

import { byId, el, setText } from './dom.js';
import { addressesOf, kindOf, nameOf, timeText } from './words.js';

const MOST = 80;

/** Plugins that succeeded are in the details of their container. That a container has its name is seen everywhere. */
const isQuiet = ({ kind, plugin }) => kind === 'named' || plugin?.outcome === 'success';

/** @returns the text with the name of the container, where only its id was known. */
export function named(text, member) {
  return member?.name ? text.replace(/\bendpoint [0-9a-f]{12}\b/, `${kindOf(member)} ${nameOf(member)}`) : text;
}

export class Feed {
  #list = byId('feed');
  #model;
  #shown = [];

  constructor(model) { this.#model = model; }

  add({ time, kind = '', key, text = kind, plugin }) {
    if (isQuiet({ kind, plugin })) return;
    const words = el('span');
    const isTrouble = (plugin && plugin.outcome !== 'success') || /fail|problem|found/.test(kind);
    const element = el('li', { class: isTrouble ? 'trouble' : null }, el('time', { datetime: time, text: timeText(time) }), words);
    this.#shown.unshift({ element, words, key, text });
    this.#list.prepend(element);
    this.#shown.splice(MOST).forEach(old => old.element.remove());
    byId('feed-empty').hidden = true;
    this.#fill(this.#shown[0]);
  }

  /** The history has what cnm-cni did. Pods and others are only seen to come and go. */
  follow({ came, went, isFirst }) {
    if (isFirst) return;
    const { time } = this.#model.picture;
    for (const [members, verb] of [[came, 'came to'], [went, 'left']]) {
      members.filter(member => member.kind === 'pod' || member.kind === 'other').forEach(member =>
        this.add({ time, text: `${kindOf(member)} ${nameOf(member)} ${verb} ${member.network}: ${addressesOf(member).join(', ')}` }));
    }
    this.#shown.forEach(entry => this.#fill(entry));
  }

  #fill({ words, key, text }) { setText(words, named(text, this.#model.member(key))); }
}
