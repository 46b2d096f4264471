// Bytes a second by link for the last minute, and the connections of the last seconds.

export const SECONDS = 60;
const BRIGHT = 1200; // ms: an event comes each second.
const FADE = 2600;

export class Traffic {
  /** link → { received: number[], sent: number[] }, oldest first. */
  #rates = new Map();
  /** id → { from, to, protocol, port, seen, first } */
  connections = new Map();
  problem = null;

  add({ links = {}, connections = [], connectionsProblem = null }, now) {
    this.problem = connectionsProblem;
    for (const name of Object.keys(links)) {
      if (!this.#rates.has(name)) this.#rates.set(name, { received: Array(SECONDS).fill(0), sent: Array(SECONDS).fill(0) });
    }
    for (const [name, rate] of this.#rates) {
      push(rate.received, links[name]?.received ?? 0);
      push(rate.sent, links[name]?.sent ?? 0);
      if (!links[name] && rate.received.every(isZero) && rate.sent.every(isZero)) this.#rates.delete(name);
    }
    for (const { from, to, protocol, port } of connections) {
      const id = `${from} ${to} ${protocol} ${port}`;
      const known = this.connections.get(id);
      if (known) known.seen = now;
      else this.connections.set(id, { id, from, to, protocol, port, seen: now, first: now });
    }
    for (const [id, connection] of this.connections) if (now - connection.seen > 60_000) this.connections.delete(id);
  }

  history(link) { return this.#rates.get(link) ?? null; }

  /** @returns { received, sent } of the last second. */
  now(link) {
    const rate = this.#rates.get(link);
    return { received: rate?.received.at(-1) ?? 0, sent: rate?.sent.at(-1) ?? 0 };
  }

  /** Connections that are lit, with their brightness from 0 to 1. */
  lit(now) {
    const lit = [];
    for (const connection of this.connections.values()) {
      const brightness = brightnessAt(now - connection.seen);
      if (brightness > 0) lit.push({ ...connection, brightness });
    }
    return lit;
  }

  of(key) { return [...this.connections.values()].filter(connection => connection.from === key || connection.to === key); }
}

const brightnessAt = age => age < BRIGHT ? 1 : Math.max(0, 1 - (age - BRIGHT) / FADE);

const isZero = value => value === 0;

function push(values, value) {
  values.push(value);
  if (values.length > SECONDS) values.shift();
}
