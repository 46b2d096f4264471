// How things are called and written.

/** States that last; all others mean that something is being done, or has to be. */
const quiet = new Set(['joined', 'running', 'ready', 'resting', 'reserved']);
const words = {
  prepared: 'attaching', adding: 'attaching', added: 'attaching', making: 'being made', claimed: 'being taken', deleting: 'releasing',
  leaving: 'releasing', repairing: 'repairing', pending: 'clean-up pending',
};

export const stateOf = member => ({
  text: words[member.state] ?? member.state ?? 'unknown',
  tone: member.problem || member.state === 'pending' ? 'trouble'
    : quiet.has(member.state) ? 'quiet' : ['deleting', 'leaving'].includes(member.state) ? 'leaving' : 'busy',
});

const kinds = { container: 'container', pod: 'pod', reservation: 'reserved address', warm: 'attachment made ahead', other: 'other owner' };
const runtimes = { docker: 'Docker', cri: 'CRI' };

export const kindOf = member => kinds[member.kind] ?? member.kind;

export const runtimeOf = member => runtimes[member.runtime] ?? member.runtime ?? '';

/** Its name; before Docker has said it, or where there is none, the beginning of its id, or its address. */
export const nameOf = member =>
  member.name || (member.key[1] === ':' && member.key[0] !== 'a' ? member.key.slice(2, 14) : addressesOf(member)[0]) || member.key;

export const addressesOf = member => (member.addresses ?? []).map(address => address.split('/')[0]);

export function portText({ hostIp, hostPort, containerPort, protocol }) {
  const host = hostIp?.includes(':') ? `[${hostIp}]:` : hostIp ? `${hostIp}:` : '';
  return `${host}${hostPort}→${containerPort ?? '?'}/${protocol}`;
}

/** Bytes in a second: three digits at most, with a unit. */
export function rateText(bytes) {
  if (!bytes) return '0 B/s';
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3 + 1e-9));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}/s`;
}

export const timeText = time =>
  new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** The whole of a member in a sentence, for screen readers. */
export function sentenceOf(member) {
  const parts = [`${kindOf(member)} ${nameOf(member)}`, addressesOf(member).join(', ') || 'no address', stateOf(member).text];
  if (member.ports?.length) parts.push(`published ${member.ports.map(portText).join(', ')}`);
  if (member.problem) parts.push(member.problem);
  return `${parts.join('; ')}; network ${member.network}`;
}

/** Whether a member is what the search asks for: every word in its name, address, MAC, network, kind or state. */
export function matches(member, words) {
  const text = [member.name, ...(member.addresses ?? []), member.mac, member.network, kindOf(member), member.kind, stateOf(member).text,
    member.link, ...(member.ports ?? []).map(portText)].join(' ').toLowerCase();
  return words.every(word => text.includes(word));
}
