// What to look at: findings with their cures, clean-ups that wait, configurations with faults, networks that attach nothing.

import { byId, el } from './dom.js';
import { nameOf, timeText } from './words.js';

export function drawAttention({ picture, members }) {
  const names = new Map([...members.values()].map(member => [member.key.slice(2), nameOf(member)]));
  const notes = [
    ...picture.findings.map(({ subject, what, why, cure, state }) =>
      note('finding', names.get(subject) ?? subject, what, why, cure, state)),
    ...picture.pending.map(pending => note('pending', pending.name ?? pending.addresses?.[0] ?? pending.key,
      `Clean-up on ${pending.network} has failed ${times(pending.attempts)}: ${pending.error}`,
      pending.nextAttempt ? `Next attempt at ${timeText(pending.nextAttempt)}.` : null, null, 'pending')),
    ...picture.configurationProblems.map(problem => note('configuration', problem.file, problem.message, null, null, 'configuration')),
    ...picture.networks.flatMap(network => (network.dockerNetworks ?? []).filter(docker => docker.problem)
      .map(docker => note('network', docker.name ?? docker.id, docker.problem, null, null, 'network'))),
  ];
  byId('attention').hidden = notes.length === 0;
  byId('attention-list').replaceChildren(...notes);
  return notes.length;
}

function note(kind, subject, what, why, cure, state) {
  return el('article', { class: `note ${kind}` },
    el('h3', {}, el('span', { class: 'subject', text: subject ?? '' }), state ? el('span', { class: 'state', text: state }) : null),
    el('p', { text: what ?? '' }),
    why ? el('p', { class: 'why', text: why }) : null,
    cure ? el('p', { class: 'cure' }, el('span', { class: 'cure-label', text: 'Cure' }), el('code', { text: cure })) : null);
}

const times = attempts => attempts === 1 ? 'once' : `${attempts ?? 'several'} times`;
