// The lines between members: they bend towards the hubs, because the packets go through them.

/** A straight cable. */
export function cablePath(path, { from, to }) {
  path.moveTo(from.x, from.y);
  path.lineTo(to.x, to.y);
}

const PULL = 0.82; // How near a line comes to the hub.

/**
 * @param start { x, y, hub } where hub is the middle of its network, or null for places without one.
 * @returns points of a curve.
 */
export function bend(start, end) {
  const hubs = [start.hub, end.hub].filter(Boolean);
  if (hubs.length === 0) return { start, end, first: between(start, end, 0.4), second: between(start, end, 0.6) };
  const [one, other] = hubs.length === 2 ? hubs : [hubs[0], hubs[0]];
  return {
    start, end,
    first: start.hub ? between(start, one, PULL) : { x: (start.x + one.x) / 2, y: start.y },
    second: end.hub ? between(end, other, PULL) : { x: (end.x + other.x) / 2, y: end.y },
  };
}

export function trace(path, { start, end, first, second }) {
  path.moveTo(start.x, start.y);
  path.bezierCurveTo(first.x, first.y, second.x, second.y, end.x, end.y);
}

const between = (one, other, part) => ({ x: one.x + (other.x - one.x) * part, y: one.y + (other.y - one.y) * part });
