// Which place each member has around its hub. Places are on rings: 12 on the first, 18 on the second, 24 on the third …
// No member moves when another comes or goes: a newcomer takes the free place in the middle of the widest gap, and a place that becomes
// free stays free until the next one. A network that outgrows its size keeps the places, further away; one that shrinks far below it is
// arranged anew.

export const capacity = ring => 6 * (ring + 1);

/** How members are drawn: as cards, as small cards, or as dots. `most` is how many fit; `few` uses every second place of the first ring. */
const sizes = [
  { name: 'few', most: 6, step: 2 }, { name: 'large', most: 12, step: 1 },
  { name: 'medium', most: 30, step: 1 }, { name: 'small', most: Infinity, step: 1 },
];

const sizeFor = count => sizes.find(size => count <= size.most);

export class Slots {
  /** key → { ring, index } */
  places = new Map();
  size = sizes[0];

  /** @param keys of all members of the network, in their order. */
  update(keys) {
    const wanted = sizeFor(keys.length);
    const isShrunk = wanted.most < this.size.most && keys.length <= wanted.most * 0.75;
    if (this.places.size === 0 || isShrunk) {
      this.size = wanted;
      this.places = arrange(keys, wanted.step);
      return;
    }
    // Outgrown: the same places, further away.
    if (wanted.most > this.size.most) this.size = wanted;
    const present = new Set(keys);
    for (const key of this.places.keys()) if (!present.has(key)) this.places.delete(key);
    let predecessor = null;
    for (const key of keys) {
      if (!this.places.has(key)) this.places.set(key, this.#free(this.places.get(predecessor)));
      predecessor = key;
    }
  }

  get rings() { return Math.max(0, ...[...this.places.values()].map(place => place.ring)); }

  #free(after) {
    const taken = [...this.places.values()];
    for (let ring = 1; ; ring++) {
      const occupied = new Set(taken.filter(place => place.ring === ring).map(place => place.index));
      const places = capacity(ring);
      if (occupied.size >= places / this.size.step) continue;
      const start = after?.ring === ring ? after.index : 0;
      let best = null;
      for (let step = 0; step < places; step++) {
        const index = (start + step) % places;
        if (occupied.has(index) || index % this.size.step > 0) continue;
        const room = distance(index, occupied, places);
        if (best === null || room > best.room) best = { index, room };
      }
      return { ring, index: best.index };
    }
  }
}

/** Ring by ring, in order; those of the last ring are spread over it. */
function arrange(keys, step) {
  const places = new Map();
  for (let ring = 1, start = 0; start < keys.length; start += capacity(ring), ring++) {
    const onRing = keys.slice(start, start + capacity(ring));
    const room = capacity(ring) / step;
    onRing.forEach((key, index) => places.set(key, { ring, index: Math.round(index * room / onRing.length) * step }));
  }
  return places;
}

function distance(index, occupied, places) {
  for (let away = 1; away < places; away++) {
    if (occupied.has((index + away) % places) || occupied.has((index - away + places) % places)) return away;
  }
  return places;
}
