// The order of members: by network, by address as a number (IPv4 before IPv6), by name.

const keys = new WeakMap();

export function byAddress(one, other) {
  const [a, b] = [sortKey(one), sortKey(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortKey(member) {
  let key = keys.get(member);
  if (key === undefined) {
    key = [member.network, addressKey(member.addresses?.[0]), member.name ?? '', member.key].join('\u0000');
    keys.set(member, key);
  }
  return key;
}

/** Text that sorts as the addresses do. Members without one come last. */
export function addressKey(address) {
  if (!address) return '9';
  const bare = address.split('/')[0];
  if (!bare.includes(':')) return '4' + bare.split('.').map(part => part.padStart(3, '0')).join('.');
  const [head, tail] = bare.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const middle = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  return '6' + [...left, ...middle, ...right].map(part => part.padStart(4, '0')).join(':');
}
