// The picture as the server sent it, kept current by changes. `on` reports each.

import { GapError } from './stream.js';
import { byAddress } from './order.js';

export class Model {
  picture = null;
  /** Members by their keys, in the order of their addresses. */
  members = new Map();
  #listeners = [];
  #isBegun = false;

  /** @param listener called after each picture or change with { came, went, changed }, arrays of members, and whether it is the first. */
  on(listener) { this.#listeners.push(listener); }

  member(key) { return this.members.get(key); }

  /** Also those that no configuration describes any more, but members are on. */
  get networks() {
    const { networks } = this.picture;
    const known = new Set(networks.map(network => network.name));
    const others = new Set([...this.members.values()].map(member => member.network).filter(name => !known.has(name)));
    return [...networks, ...[...others].map(name => ({ name, whyIncomplete: 'No configuration describes this network.' }))];
  }

  inNetwork(name) { return [...this.members.values()].filter(member => member.network === name); }

  begin(picture) {
    const { members = [], ...rest } = picture;
    this.picture = {
      problems: [], networks: [], pending: [], findings: [], configurationProblems: [], daemon: {}, ...rest,
    };
    this.#replace(new Map(members.map(member => [member.key, member])), true);
  }

  change({ sequence, time, set = {}, removed = [] }) {
    if (this.picture === null || sequence !== this.picture.sequence + 1) throw new GapError('The page missed a change.');
    const { members = [], ...rest } = set;
    Object.assign(this.picture, rest, { sequence, time });
    const next = new Map(this.members);
    removed.forEach(key => next.delete(key));
    members.forEach(member => next.set(member.key, member));
    this.#replace(next, false);
  }

  #replace(next, isWhole) {
    const old = this.members;
    const went = [...old.values()].filter(member => !next.has(member.key));
    const came = [...next.values()].filter(member => !old.has(member.key));
    const changed = [...next.values()].filter(member => old.has(member.key) && isOther(old.get(member.key), member));
    this.members = new Map([...next.values()].sort(byAddress).map(member => [member.key, member]));
    const isFirst = isWhole && !this.#isBegun;
    this.#isBegun = true;
    for (const listener of this.#listeners) listener({ came, went, changed, isFirst });
  }
}

function isOther(one, other) { return one !== other && JSON.stringify(one) !== JSON.stringify(other); }
