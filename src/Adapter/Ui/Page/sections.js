// The parts of the details.

import { el } from './dom.js';
import { named } from './feed.js';
import { addressesOf, portText, timeText } from './words.js';

export function facts(detail) {
  const { member, problem = null, mode = null, peer = null, gateways = [], routes = [], rules = [], neighbours = [], chain = [] } = detail;
  const rows = [
    ['Network', member.network], ['Addresses', (member.addresses ?? addressesOf(member)).join('\n')], ['Gateway', gateways.join('\n')],
    ['MAC', member.mac], ['Interface', member.interface], ['Link on the host', member.link ?? peer], ['MTU', member.mtu || null],
    ['Ports', (member.ports ?? []).map(portText).join('\n')], ['Plugins', chain.join(' → ')], ['Attached by', mode],
    ['Since', member.since ? new Date(member.since).toLocaleString() : null], ['State', member.state], ['Id', member.key.slice(2)],
  ].filter(([, value]) => value);
  return [
    ...[member.problem, problem].filter(Boolean).map(sentence => el('p', { class: 'problem', text: sentence })),
    el('dl', {}, ...rows.map(([name, value]) => el('div', {}, el('dt', { text: name }), el('dd', { text: String(value) })))),
    ...[['Routes', routes], ['Rules', rules], ['Neighbours', neighbours]].flatMap(([title, lines]) => lines?.length
      ? [part(title, el('ul', { class: 'code lines' }, ...lines.map(line => el('li', { text: line }))))] : []),
  ];
}

/** Plugin runs with their times, to one scale. */
export function plugins({ pluginRuns = [] }) {
  if (!pluginRuns?.length) return [];
  const longest = Math.max(...pluginRuns.map(run => run.milliseconds ?? 0), 1);
  return [part('Plugin runs', el('ol', { class: 'runs' }, ...pluginRuns.map(run => {
    const bar = el('i', { class: 'run-bar' });
    bar.style.width = `${Math.max(1, (run.milliseconds ?? 0) / longest * 100)}%`;
    return el('li', { class: run.outcome === 'success' ? '' : 'trouble' },
      el('span', { class: 'run-name' }, el('b', { text: run.type }), ` ${run.verb}`),
      el('span', { class: 'run-took', text: `${run.outcome === 'success' ? '' : `${run.outcome} `}${formatTime(run.milliseconds)}` }),
      el('span', { class: 'run-track' }, bar));
  })))];
}

const formatTime = milliseconds => milliseconds === undefined || milliseconds === null ? ''
  : milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;

export function history({ events = [] }, member) {
  if (!events?.length) return [];
  return [part('History', el('ol', { class: 'past' }, ...events.map(event =>
    el('li', {}, el('time', { datetime: event.time, text: timeText(event.time) }), el('span', { text: named(event.text, member) })))))];
}

/** @param opened names of those that are open, before they are drawn again. */
export function text({ result = null, configuration = null }, opened) {
  return [['CNI result', result], ['Configuration', configuration]].filter(([, value]) => value !== null).map(([name, value]) =>
    el('details', { 'data-name': name, open: opened.has(name) }, el('summary', { text: name }),
      el('pre', { tabindex: '0', 'aria-label': name, text: JSON.stringify(value, null, 2) })));
}

function part(title, ...content) { return el('section', {}, el('h3', { text: title }), ...content); }
