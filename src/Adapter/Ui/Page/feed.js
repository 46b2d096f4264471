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

  /** @param write the text again, of a member that is known better by now; what it was last stays when that has gone. */
  add({ time, kind = '', key, text = kind, plugin, write = member => named(text, member) }) {
    if (isQuiet({ kind, plugin })) return;
    const words = el('span');
    const isTrouble = (plugin && plugin.outcome !== 'success') || /fail|problem|found/.test(kind);
    const element = el('li', { class: isTrouble ? 'trouble' : null }, el('time', { datetime: time, text: timeText(time) }), words);
    this.#shown.unshift({ element, words, key, text, write });
    this.#list.prepend(element);
    this.#shown.splice(MOST).forEach(old => old.element.remove());
    byId('feed-empty').hidden = true;
    this.#fill(this.#shown[0]);
  }

  /** The history has what cnm-cni did. Pods and others are only seen to come and go. */
  follow({ came, went, isFirst }) {
    if (isFirst) return;
    const { time } = this.#model.picture;
    const isTold = member => member.kind === 'pod' || member.kind === 'other';
    for (const member of came.filter(isTold)) {
      const write = now => sentence(now, 'came to');
      this.add({ time, key: member.key, text: write(member), write });
    }
    went.filter(isTold).forEach(member => this.add({ time, text: sentence(member, 'left') }));
    this.#shown.forEach(entry => this.#fill(entry));
  }

  #fill(entry) {
    const member = this.#model.member(entry.key);
    if (member) entry.text = entry.write(member);
    setText(entry.words, entry.text);
  }
}

const sentence = (member, verb) => `${kindOf(member)} ${nameOf(member)} ${verb} ${member.network}: ${addressesOf(member).join(', ')}`;
