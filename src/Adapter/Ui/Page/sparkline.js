// Lines of the last minute.

import { SECONDS } from './traffic.js';

const { scaleLinear, scalePow, line, area, max } = globalThis.d3;

const sums = ({ received, sent }) => received.map((value, index) => value + sent[index]);

/** The sum of both directions. A square root, so that little beside much stays visible. @returns paths; empty without a history. */
export function sparkline(history, width, height) {
  if (history === null) return { line: '', area: '' };
  return paths(sums(history), width, height, scalePow().exponent(0.5));
}

/** Both directions to one linear scale. */
export function chart({ received, sent }, width, height) {
  const top = Math.max(max(received), max(sent), 1);
  return { received: paths(received, width, height, scaleLinear(), top), sent: paths(sent, width, height, scaleLinear(), top), top };
}

function paths(values, width, height, scale, top = Math.max(max(values), 1)) {
  const x = scaleLinear([0, SECONDS - 1], [0, width]);
  const y = scale.domain([0, top]).range([height - 1, 1]);
  const [at, up] = [(_, index) => round(x(index)), value => round(y(value))];
  return { line: line(at, up)(values), area: area(at, height, up)(values) };
}

const round = value => Math.round(value * 10) / 10;
