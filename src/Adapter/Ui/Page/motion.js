// Moves elements smoothly to new places. Only those that move cost anything.

const SPEED = 1 / 140; // The part of the way that is left falls to 1/e in 140 ms.

export class Motion {
  /** key → { element, x, y, toX, toY } */
  #things = new Map();
  #moving = new Set();
  #last = 0;
  #onMove;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  constructor(onMove) { this.#onMove = onMove; }

  element(key) { return this.#things.get(key)?.element; }

  position(key) { return this.#things.get(key); }

  move(key, element, toX, toY) {
    const thing = this.#things.get(key);
    if (!thing || thing.element !== element || this.#still.matches) {
      this.#things.set(key, { element, x: toX, y: toY, toX, toY });
      put(this.#things.get(key));
      return;
    }
    if (thing.toX === toX && thing.toY === toY) return;
    Object.assign(thing, { toX, toY });
    if (this.#moving.size === 0) {
      this.#last = performance.now();
      requestAnimationFrame(now => this.#step(now));
    }
    this.#moving.add(thing);
  }

  release(key) {
    this.#moving.delete(this.#things.get(key));
    this.#things.delete(key);
  }

  #step(now) {
    const part = 1 - Math.exp(-Math.max(0, now - this.#last) * SPEED);
    this.#last = now;
    for (const thing of this.#moving) {
      const [dx, dy] = [thing.toX - thing.x, thing.toY - thing.y];
      const isThere = Math.abs(dx) + Math.abs(dy) < 0.5;
      Object.assign(thing, isThere ? { x: thing.toX, y: thing.toY } : { x: thing.x + dx * part, y: thing.y + dy * part });
      put(thing);
      if (isThere) this.#moving.delete(thing);
    }
    this.#onMove();
    if (this.#moving.size > 0) requestAnimationFrame(next => this.#step(next));
  }
}

function put({ element, x, y }) { element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`; }
