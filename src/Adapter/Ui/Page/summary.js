// The line at the top: host, counts, verdict.

import { byId, setText } from './dom.js';

const plural = (count, one) => `${count} ${one}${count === 1 ? '' : 's'}`;

export function drawSummary({ picture, members }) {
  const count = kind => [...members.values()].filter(member => member.kind === kind).length;
  setText(byId('host-name'), picture.host ?? 'cnm-cni');
  setText(byId('counts'), [plural(count('container'), 'container'), plural(count('pod'), 'pod'),
    plural(picture.networks.length, 'network')].join(' · '));
  const isWell = picture.problems.length === 0;
  const verdict = byId('verdict');
  verdict.className = `verdict ${isWell ? 'well' : 'trouble'}`;
  setText(byId('verdict-text'), picture.verdict ?? (isWell ? 'All is well.' : picture.problems.join('; ')));
  verdict.title = [picture.verdict, picture.version && `cnm-cni ${picture.version}`,
    picture.daemon.engineReachable === false ? 'Docker does not answer.' : null].filter(Boolean).join('\n');
  document.title = `${isWell ? '' : '▲ '}${picture.host ?? 'cnm-cni'} · cnm-cni`;
}
