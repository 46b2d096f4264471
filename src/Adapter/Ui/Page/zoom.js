// Moves and scales the picture, by pointer, wheel, fingers, buttons and keys.

import { byId } from './dom.js';

const { select, zoom, zoomIdentity } = globalThis.d3;
const SMALLEST = 0.05;
const LARGEST = 4;
const MARGIN = 18;
const LEGEND = 34;
const FAR = 0.62; // Below, cards show their names only, larger.
const NAMELESS = 0.9; // Below, names of dots would be specks.

export class Zoom {
  #stage;
  #behavior;
  #transform = zoomIdentity;
  #isFitted = true;
  #bounds = null;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @param onLook gets { x, y, k } */
  constructor(stage, planes, onLook) {
    this.#stage = stage;
    this.#behavior = zoom().scaleExtent([SMALLEST, LARGEST]).clickDistance(5).on('zoom', ({ transform, sourceEvent }) => {
      if (sourceEvent) this.#isFitted = false;
      this.#transform = transform;
      for (const plane of planes) {
        plane.style.transform = `translate(${transform.x}px, ${transform.y}px) scale(${transform.k})`;
        plane.classList.toggle('far', transform.k < FAR);
        plane.classList.toggle('nameless', transform.k < NAMELESS);
      }
      onLook(transform);
    });
    // A plane that is marked keeps its raster while it moves: it is drawn sharply again at the end.
    const mark = isMoving => planes.forEach(plane => plane.classList.toggle('moving', isMoving));
    this.#behavior.on('start', () => mark(true)).on('end', () => mark(false));
    select(stage).call(this.#behavior).on('dblclick.zoom', null);
    byId('zoom-in').addEventListener('click', () => this.by(1.4));
    byId('zoom-out').addEventListener('click', () => this.by(1 / 1.4));
    byId('zoom-fit').addEventListener('click', () => this.fit(this.#bounds, true));
  }

  get aspect() { return this.#stage.clientWidth / Math.max(1, this.#stage.clientHeight); }

  by(factor) {
    this.#isFitted = false;
    this.#behavior.scaleBy(this.#moved(), factor);
  }

  /** Shows all of the picture, unless a part of it was chosen by hand. */
  fit(bounds, isAsked = false) {
    this.#bounds = bounds;
    const [width, height] = [this.#stage.clientWidth, this.#stage.clientHeight];
    if (width === 0 || bounds === null || (!this.#isFitted && !isAsked)) return;
    this.#isFitted = true;
    const k = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN - LEGEND) / bounds.height, 2.6);
    const [x, y] = [(width - bounds.width * k) / 2 - bounds.x * k, (height - LEGEND - bounds.height * k) / 2 - bounds.y * k];
    const wanted = zoomIdentity.translate(x, y).scale(k);
    if (wanted.toString() !== this.#transform.toString()) this.#behavior.transform(isAsked ? this.#moved() : select(this.#stage), wanted);
  }

  /** Brings a point of the picture into the room, if it is not there. */
  show({ x, y }) {
    const [left, top] = this.#transform.apply([x, y]);
    const [width, height] = [this.#stage.clientWidth, this.#stage.clientHeight];
    if (left > 60 && left < width - 60 && top > 40 && top < height - 40) return;
    this.#isFitted = false;
    this.#behavior.translateTo(this.#moved(), x, y);
  }

  #moved() { return this.#still.matches ? select(this.#stage) : select(this.#stage).transition().duration(260); }
}
