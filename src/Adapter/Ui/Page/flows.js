// The canvas below the picture: cables from hubs to members, and connections, which light up as they flow and fade.
// It is drawn only when something of it changes; while connections flow, in every frame.

import { bend, cablePath, trace } from './curves.js';
import { Palette } from './palette.js';

const FULL_WIDTH = 40; // Up to so many lines; more are thinner and fainter.
const MOST_FLOWING = 60; // With more, lines stand still: many moving lines tell nothing, and cost.
const MOST_REDRAWN = 80; // Lines that are drawn in every frame of a movement.
const REST = 90; // ms without a movement.
const BEADS = 38; // Between two dots of a line that flows.
const WIDTHS = { cable: 1.5, loud: 2.2, accent: 3 };
const STILL_PAUSE = 400; // ms between drawings where lines only fade.

export class Flows {
  #canvas;
  #context;
  #source;
  #palette;
  #view = { x: 0, y: 0, k: 1 };
  #painted = { x: 0, y: 0, k: 1 };
  #rest = 0;
  #lit = 0;
  #isAsked = false;
  #timer = 0;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @param source { model, layout, traffic, motion, focus } */
  constructor(canvas, source) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    this.#source = source;
    this.#palette = new Palette(canvas);
  }

  resize(width, height) {
    const density = Math.min(devicePixelRatio || 1, 2);
    Object.assign(this.#canvas, { width: Math.round(width * density), height: Math.round(height * density) });
    this.draw();
  }

  /** A drawing of many lines is moved along, and made anew when the movement rests. */
  look(view) {
    this.#view = view;
    if (this.#source.model.members.size + this.#lit <= MOST_REDRAWN) {
      this.draw();
      return;
    }
    const { x, y, k } = this.#painted;
    const scale = view.k / k;
    this.#canvas.style.transform = `translate(${view.x - x * scale}px, ${view.y - y * scale}px) scale(${scale})`;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.draw(), REST);
  }

  repaint() {
    this.#palette.read();
    this.draw();
  }

  /** Draws in the next frame, once. */
  draw() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(now => {
      this.#isAsked = false;
      this.#paint(now);
    });
  }

  #paint(now) {
    const { x, y, k } = this.#view;
    this.#painted = this.#view;
    this.#canvas.style.transform = '';
    const context = this.#context;
    const density = this.#canvas.width / Math.max(1, this.#canvas.clientWidth);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(density * k, 0, 0, density * k, density * x, density * y);
    context.lineCap = 'round';
    this.#paintCables();
    const lit = byPair(this.#source.traffic.lit(now));
    this.#lit = lit.length;
    const isFlowing = lit.length <= MOST_FLOWING && !this.#still.matches;
    this.#paintConnections(lit, isFlowing, now);
    clearTimeout(this.#timer);
    if (lit.length === 0) return;
    if (isFlowing) this.draw();
    else this.#timer = setTimeout(() => this.draw(), STILL_PAUSE);
  }

  /** Lines do not grow with what they lie under. */
  get #thin() { return 1 / Math.sqrt(Math.max(1, this.#view.k)); }

  #paintCables() {
    const { model, traffic, focus } = this.#source;
    const context = this.#context;
    const kinds = { cable: [], loud: [], accent: [] };
    for (const member of model.members.values()) {
      const ends = this.#cable(member);
      if (!ends) continue;
      const rate = traffic.now(member.link);
      kinds[focus.key === member.key ? 'accent' : rate.received + rate.sent > 0 ? 'loud' : 'cable'].push(ends);
    }
    for (const [kind, cables] of Object.entries(kinds)) {
      Object.assign(context, { strokeStyle: this.#palette[kind], lineWidth: WIDTHS[kind] * this.#thin, globalAlpha: 1 });
      cables.forEach(cable => stroke(context, path => cablePath(path, cable)));
    }
  }

  #cable(member) {
    const region = this.#source.layout.networks.get(member.network);
    const at = this.#source.motion.position(member.key);
    return region && at ? { from: { x: region.x + region.hub.x, y: region.y + region.hub.y }, to: at } : null;
  }

  #paintConnections(lit, isFlowing, now) {
    const context = this.#context;
    const share = Math.min(1, Math.max(0.5, FULL_WIDTH / lit.length));
    const curves = lit.map(one => ({ ...one, curve: this.#curve(one) })).filter(one => one.curve);
    const strokeAll = style => {
      Object.assign(context, style);
      for (const { curve, brightness } of curves) {
        context.globalAlpha = brightness * style.alpha;
        stroke(context, path => trace(path, curve));
      }
    };
    if (isFlowing) strokeAll({ strokeStyle: this.#palette.flow, lineWidth: 5 * this.#thin, alpha: 0.3 });
    strokeAll({ strokeStyle: this.#palette.flow, lineWidth: 2 * share * this.#thin, alpha: 0.9 * share });
    if (isFlowing) {
      context.setLineDash([0.1, BEADS]);
      strokeAll({ strokeStyle: this.#palette.spark, lineWidth: 7 * this.#thin, alpha: 1, lineDashOffset: -now / 12 % (BEADS + 0.1) });
      context.setLineDash([]);
    }
  }

  #curve({ from, to }) {
    const [start, end] = [this.#end(from), this.#end(to)];
    return start && end ? bend(start, end) : null;
  }

  #end(key) {
    const place = this.#source.layout.places[key];
    if (place) return { ...place, hub: null };
    const member = this.#source.model.member(key);
    const cable = member && this.#cable(member);
    return cable ? { x: cable.to.x, y: cable.to.y, hub: cable.from } : null;
  }
}

// Connections between the same two have one line, as bright as the brightest.
function byPair(connections) {
  const pairs = new Map();
  for (const one of connections) {
    const pair = [one.from, one.to].sort().join(' ');
    if (!(pairs.get(pair)?.brightness >= one.brightness)) pairs.set(pair, one);
  }
  return [...pairs.values()];
}

// One line at a time: the rasterizer is slow with one path of many that cross.
function stroke(context, draw) {
  context.beginPath();
  draw(context);
  context.stroke();
}
