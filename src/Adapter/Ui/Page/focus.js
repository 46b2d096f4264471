// Which member is chosen: one member of the picture is in the tab order, arrows move to the next one in their direction.

const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

export class Focus {
  /** The member with the focus, or under the pointer, whose lines are marked. */
  key = null;
  #tabKey = null;
  #source;

  /** @param source { model, layout, picture, zoom, onFocus, onOpen } */
  constructor(world, source) {
    this.#source = source;
    world.addEventListener('focusin', event => this.#entered(keyOf(event.target)));
    world.addEventListener('focusout', () => this.#mark(null));
    world.addEventListener('pointerover', event => this.#mark(keyOf(event.target)));
    world.addEventListener('pointerleave', () => this.#mark(null));
    world.addEventListener('click', event => { if (keyOf(event.target)) source.onOpen(keyOf(event.target)); });
    world.addEventListener('keydown', event => this.#pressed(event));
  }

  /** After each drawing: one member is in the tab order. */
  keep() {
    if (!this.#source.model.members.has(this.#tabKey)) this.#tab([...this.#source.model.members.keys()][0] ?? null);
    else this.#tab(this.#tabKey);
  }

  /** @param wanted null for the one that had the focus last. */
  go(wanted) {
    const key = wanted ?? this.#tabKey;
    this.#tab(key);
    this.#source.picture.element(key)?.focus({ preventScroll: true });
    const place = this.#source.layout.members.get(key);
    if (place) this.#source.zoom.show(place);
  }

  #entered(key) {
    if (!key) return;
    this.#tab(key);
    this.#mark(key);
  }

  #mark(key) {
    if (this.key === key) return;
    this.key = key;
    this.#source.onFocus();
  }

  #tab(key) {
    this.#source.picture.element(this.#tabKey)?.setAttribute('tabindex', '-1');
    this.#source.picture.element(key)?.setAttribute('tabindex', '0');
    this.#tabKey = key;
  }

  #pressed(event) {
    const key = keyOf(event.target);
    if (!key || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...this.#source.model.members.keys()];
    const next = event.key === 'Home' ? all[0] : event.key === 'End' ? all.at(-1)
      : directions[event.key] ? this.#neighbour(key, directions[event.key]) : null;
    if (!next) return;
    event.preventDefault();
    this.go(next);
  }

  /** The nearest in that direction: what is aside counts twice. */
  #neighbour(key, [dx, dy]) {
    const places = this.#source.layout.members;
    const here = places.get(key);
    let best = null;
    for (const [other, { x, y }] of places) {
      const [ahead, aside] = [(x - here.x) * dx + (y - here.y) * dy, Math.abs((x - here.x) * dy) + Math.abs((y - here.y) * dx)];
      if (other === key || ahead < 1 || aside > 3 * ahead) continue;
      const cost = ahead + 2 * aside;
      if (best === null || cost < best.cost) best = { key: other, cost };
    }
    return best?.key ?? null;
  }
}

const keyOf = element => element.closest?.('.member:not(.going)')?.dataset.key ?? null;
