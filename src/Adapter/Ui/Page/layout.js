// Where everything is, in units of the picture: networks in rows within the host's frame, `outside` left of it.

import { Slots } from './slots.js';

// Radii of the rings, found by a search for the smallest without overlaps. `card` is the room of a member at the edge.
const shapes = {
  few: { card: [176, 66], radius: () => [272, 190], turn: () => 0 },
  large: { card: [176, 66], radius: () => [378, 240], turn: () => 0 },
  medium: { card: [150, 54], radius: ring => ring === 1 ? [330, 200] : [500, 330], turn: ring => ring === 1 ? 0 : 0.5 },
  small: { card: [50, 34], radius: ring => [105 + 53 * ring, 70 + 36 * ring], turn: ring => ring % 2 / 2 },
};
const HEADER = 50;
const MARGIN = 30;
const GAP = 26;
const EMPTY = [420, 190];
const FRAME = 26;
const LANE = 96; // Within the frame, at the side where the host's own mark is.
const OUTSIDE = 150; // From there to the mark of what is outside.
const REACH = 62; // Of a mark around its middle.

export class Layout {
  #slots = new Map();
  /** key → { x, y } */
  members = new Map();
  networks = new Map();
  frame = { x: 0, y: 0, width: 0, height: 0 };
  places = { host: { x: 0, y: 0 }, outside: { x: 0, y: 0 } };

  /** @param aspect width to height of the room that the picture has. */
  update(model, aspect) {
    const regions = model.networks.map(network => this.#region(network.name, model));
    for (const name of this.#slots.keys()) if (!regions.some(region => region.name === name)) this.#slots.delete(name);
    const width = arrange(regions, aspect);
    const height = Math.max(...regions.map(region => region.y + region.height), 200);
    const middle = regions.length === 1 ? regions[0].y + regions[0].hub.y : height / 2;
    this.#surround(width, height, middle, aspect);
    this.networks = new Map(regions.map(region => [region.name, region]));
    this.members = new Map(regions.flatMap(region => region.places.map(({ key, x, y }) =>
      [key, { x: region.x + x, y: region.y + y, size: region.size }])));
  }

  /** The frame and the marks, left of the networks or above them, whichever shows everything larger. */
  #surround(width, height, middle, aspect) {
    const far = LANE + OUTSIDE;
    const isLeft = Math.max((width + far) / aspect, height + FRAME) <= Math.max(width / aspect, height + far);
    this.frame = isLeft
      ? { x: -LANE, y: -FRAME - 20, width: width + LANE + FRAME, height: height + 2 * FRAME + 20 }
      : { x: -FRAME, y: -LANE, width: width + 2 * FRAME, height: height + LANE + FRAME };
    const { x, y } = this.frame;
    this.places = isLeft
      ? { host: { x, y: middle }, outside: { x: x - OUTSIDE, y: middle } }
      : { host: { x: width / 2, y: y + 8 }, outside: { x: width / 2, y: y - OUTSIDE + 40 } };
    const [left, top] = [isLeft ? this.places.outside.x - REACH : x, isLeft ? y : this.places.outside.y - REACH + 20];
    /** What has to be seen when everything is. */
    this.bounds = { x: left, y: top, width: x + this.frame.width - left, height: y + this.frame.height - top };
  }

  #region(name, model) {
    const slots = this.#slots.get(name) ?? new Slots();
    this.#slots.set(name, slots);
    const keys = model.inNetwork(name).map(member => member.key);
    slots.update(keys);
    if (keys.length === 0) return { name, places: [], width: EMPTY[0], height: EMPTY[1] + HEADER, hub: center(EMPTY) };

    const shape = shapes[slots.size.name];
    const [rx, ry] = shape.radius(Math.max(1, slots.rings));
    const [width, height] = [2 * rx + shape.card[0] + 2 * MARGIN, 2 * ry + shape.card[1] + 2 * MARGIN + 12];
    const hub = center([width, height]);
    const places = [...slots.places].map(([key, place]) => {
      const [a, b] = shape.radius(place.ring);
      const angle = (place.index + shape.turn(place.ring)) / (6 * (place.ring + 1)) * 2 * Math.PI - Math.PI / 2;
      return { key, x: hub.x + a * Math.cos(angle), y: hub.y + b * Math.sin(angle) };
    });
    return { name, size: slots.size.name, places, width, height: height + HEADER, hub };
  }
}

const center = ([width, height]) => ({ x: width / 2, y: HEADER + height / 2 });

/** Puts regions into rows so that the whole is shown as large as possible. @returns the width. */
function arrange(regions, aspect) {
  let best = null;
  for (let columns = 1; columns <= Math.max(1, regions.length); columns++) {
    const rows = [];
    regions.forEach((region, index) => (rows[Math.floor(index / columns)] ??= []).push(region));
    const width = Math.max(...rows.map(row => row.reduce((sum, region) => sum + region.width + GAP, -GAP)), 400);
    const height = rows.reduce((sum, row) => sum + Math.max(...row.map(region => region.height)) + GAP, -GAP);
    const extent = Math.max(width / aspect, height);
    if (best === null || extent < best.extent) best = { rows, width, extent };
  }
  let y = 0;
  for (const row of best.rows) {
    const used = row.reduce((sum, region) => sum + region.width + GAP, -GAP);
    let x = (best.width - used) / 2;
    for (const region of row) {
      Object.assign(region, { x, y });
      x += region.width + GAP;
    }
    y += Math.max(...row.map(region => region.height)) + GAP;
  }
  return best.width;
}
