// Picture or table, with or without the side panel. Small screens begin with the table.

import { byId } from './dom.js';

const SMALL = '(max-width: 599px)';
const NARROW = '(max-width: 999px)';

export class View {
  isTable = matchMedia(SMALL).matches;
  #isChosen = false;
  #source;
  #attention = 0;

  /** @param source { focus, table, onChange } */
  constructor(source) {
    this.#source = source;
    byId('toggle-table').addEventListener('click', () => this.toggle());
    byId('toggle-side').addEventListener('click', () => this.#side(!this.#isSideShown));
    byId('verdict').addEventListener('click', () => this.#side(!this.#isSideShown));
    byId('skip').addEventListener('click', () => this.#set(true));
    matchMedia(SMALL).addEventListener('change', ({ matches }) => { if (!this.#isChosen) this.#set(matches); });
    matchMedia(NARROW).addEventListener('change', ({ matches }) => this.#side(!matches));
    this.#side(!matchMedia(NARROW).matches);
    this.#set(this.isTable, false);
  }

  toggle() {
    this.#isChosen = true;
    this.#set(!this.isTable);
  }

  /** @param key of the member that gets the focus; null for the one that had it last. */
  go(key) {
    if (this.isTable) this.#source.table.go(key);
    else this.#source.focus.go(key);
  }

  /** @param count how many things there are to look at: the first one opens the panel where there is room for it. */
  attend(count) {
    if (count > 0 && this.#attention === 0 && !matchMedia(NARROW).matches) this.#side(true);
    this.#attention = count;
  }

  get #isSideShown() { return !byId('side').hidden; }

  #set(isTable, isReported = true) {
    this.isTable = isTable;
    byId('picture-view').hidden = isTable;
    byId('table-view').hidden = !isTable;
    byId('toggle-table').setAttribute('aria-pressed', String(isTable));
    if (isReported) this.#source.onChange();
  }

  #side(isShown) {
    byId('side').hidden = !isShown;
    byId('toggle-side').setAttribute('aria-pressed', String(isShown));
    byId('verdict').setAttribute('aria-expanded', String(isShown));
  }
}
