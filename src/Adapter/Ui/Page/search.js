// The search box: what does not match steps back, and Enter goes to the first that does.

import { byId, setText } from './dom.js';
import { matches } from './words.js';

export class Search {
  #input = byId('search');
  #model;

  /** @param on { change(), go(key), leave() } */
  constructor(model, on) {
    this.#model = model;
    this.#input.addEventListener('input', () => on.change());
    this.#input.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        if (this.#input.value === '') on.leave();
        this.#input.value = '';
        on.change();
      } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
        event.preventDefault();
        const [first] = this.found();
        if (first) on.go(first);
      }
    });
  }

  get words() { return this.#input.value.toLowerCase().split(/\s+/).filter(Boolean); }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  /** @returns keys in their order; all where nothing is asked. */
  found() {
    const { words } = this;
    return [...this.#model.members.values()].filter(member => matches(member, words)).map(member => member.key);
  }

  /** Marks what was found in the picture. @returns the set of found keys, or null when nothing is asked. */
  apply(picture) {
    const found = this.words.length > 0 ? new Set(this.found()) : null;
    for (const key of this.#model.members.keys()) {
      const element = picture.element(key);
      element?.classList.toggle('dimmed', found !== null && !found.has(key));
      element?.classList.toggle('found', found !== null && found.has(key));
    }
    setText(byId('search-result'), found === null ? '' : `${found.size} of ${this.#model.members.size}`);
    return found;
  }
}
